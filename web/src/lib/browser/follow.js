// Brings new entries of the ledger into the page that shows them, while it is looked at. Each time the same page is asked for
// what comes from where it was last on; it is escaped as every page is, and those of its rows are shown that are not there yet.

const WAIT_MS = 1_500;
const MOST_ROWS = 500;
const table = document.querySelector('[data-entries]');
const said = document.querySelector('[data-said]');
const more = document.querySelector('[data-more]');

/** Asks for what came since, and shows it; `false` where it may not be seen any more. */
async function look() {
  const query = new URLSearchParams(location.search);
  query.set('from', table.dataset.next);
  // The page may be written with other capitals than the address that its policy allows.
  const answer = await fetch(`${table.dataset.ask ?? location.pathname}?${query}`);
  if (answer.status === 403 || answer.status === 404) return false;
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const found = page.querySelector('[data-entries]');
  // Whoever is not signed in any more gets another page.
  if (found === null) throw new Error('no entries');
  const shown = new Set([...table.querySelectorAll('[data-entry]')].map((row) => row.dataset.entry));
  const rows = [...found.querySelectorAll('[data-entry]')].filter((row) => !shown.has(row.dataset.entry));
  table.prepend(...rows.map((row) => document.importNode(row, true)));
  while (table.children.length > MOST_ROWS) table.lastElementChild.remove();
  table.dataset.next = found.dataset.next;
  if (rows.length > 0) document.querySelector('[data-waiting]')?.remove();
  // Where more came than is shown: the first link stays, its list has all that came later, too.
  const left = page.querySelector('[data-more]')?.firstElementChild;
  if (left && more?.firstElementChild === null) more.append(document.importNode(left, true));
  return true;
}

function tell(text) {
  if (said.textContent !== text) said.textContent = text;
}

async function follow() {
  if (!document.hidden) {
    const mayGoOn = await look().catch(() => undefined);
    if (mayGoOn === false) return tell(said.dataset.gone);
    tell(mayGoOn ? said.dataset.following : said.dataset.lost);
  }
  setTimeout(() => void follow(), WAIT_MS);
}

if (table?.dataset.next !== undefined) void follow();
