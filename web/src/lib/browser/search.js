// What script adds to the bar at the top: results while somebody types, and menus that close. Without it the box is a form
// and the menu a disclosure, and both work.

const WAIT_MS = 120;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const form = document.querySelector('[data-search]');

/** The box and what is shown below it. */
function assist(form, box, panel) {
  let timer = 0;
  let asked = new AbortController();

  function show(open) {
    panel.hidden = !open;
    box.setAttribute('aria-expanded', String(open));
  }

  function close() {
    asked.abort();
    clearTimeout(timer);
    show(false);
  }

  async function find(text) {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const found = await ask(text, signal);
    if (found === null || signal.aborted) return;
    put(box, panel, found);
    show(true);
  }

  box.addEventListener('input', () => {
    const text = box.value.trim();
    clearTimeout(timer);
    if (text === '') close();
    else timer = setTimeout(() => find(text).catch(() => undefined), WAIT_MS);
  });
  form.addEventListener('submit', () => asked.abort());
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      // A browser would empty the box as well, and with it what somebody goes on from.
      if (!panel.hidden) event.preventDefault();
      close();
      box.focus();
    } else if (!panel.hidden && STEPS[event.key] !== undefined) {
      event.preventDefault();
      step(box, panel, STEPS[event.key]);
    }
  });
  whenLeft(form, close);
}

/** Does something when somebody goes on elsewhere on the page. */
function whenLeft(element, work) {
  for (const name of ['click', 'focusin'])
    document.addEventListener(name, (event) => {
      if (!element.contains(event.target)) work();
    });
}

/** The page of the search says what was found, escaped as every page is; this is the part of it that is shown. */
async function ask(text, signal) {
  const answer = await fetch(`/search?${new URLSearchParams({ q: text })}`, { signal });
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-found]');
}

/** Shows what is found now. Who has gone on to what was found before, with keys faster than the answer, stays among it. */
function put(box, panel, found) {
  const at = linksIn(panel).indexOf(document.activeElement);
  panel.replaceChildren(document.importNode(found, true));
  if (at >= 0) goTo(box, panel, at);
}

/** Goes through what was found; above the first is the box. */
function step(box, panel, by) {
  goTo(box, panel, linksIn(panel).indexOf(document.activeElement) + by);
}

function linksIn(panel) {
  return [...panel.querySelectorAll('a')];
}

function goTo(box, panel, at) {
  const links = linksIn(panel);
  (at < 0 ? box : (links[Math.min(at, links.length - 1)] ?? box)).focus();
}

/** `/` leads to the box, unless somebody writes. */
function openByKey(box) {
  document.addEventListener('keydown', (event) => {
    const writes = event.target.closest?.('input, textarea, select');
    if (event.key !== '/' || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

if (form !== null) {
  const [box, panel] = [form.querySelector('input'), form.querySelector('.found')];
  panel.id = 'found';
  const roles = {
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': 'found',
    'aria-autocomplete': 'list',
  };
  for (const [name, value] of Object.entries(roles)) box.setAttribute(name, value);
  assist(form, box, panel);
  openByKey(box);
}

for (const menu of document.querySelectorAll('[data-menu]')) {
  whenLeft(menu, () => (menu.open = false));
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
}
