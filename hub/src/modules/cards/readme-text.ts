// Finds in the text of a README what a list shows of it: its opening words and how it wants to be cited.

/** Characters of a README that are looked at. */
const MAX_TEXT = 64 * 1024;
const MAX_OPENING = 500;
const MAX_CITATION = 4000;

/** The first fenced block that is BibTeX. Goes through the lines once. */
export function findBibtex(body: string): string | undefined {
  let block: string[] | undefined;
  for (const line of linesOf(body)) {
    const fence = line.trimStart().startsWith('```');
    if (block === undefined) {
      if (fence) block = [];
      continue;
    }
    if (!fence) {
      block.push(line);
      continue;
    }
    const content = block.join('\n').trim();
    if (/^@[a-z]+\s{0,9}\{/i.test(content) && content.length <= MAX_CITATION) return content;
    block = undefined;
  }
  return undefined;
}

/** The first lines that are text: no headings, tables, pictures, code, comments or HTML. */
export function findOpening(body: string): string | undefined {
  const words: string[] = [];
  let [length, code, comment] = [0, false, false];
  for (const line of linesOf(body).map((one) => one.trim())) {
    if (line.startsWith('```')) code = !code;
    else if (line.startsWith('<!--') || comment) comment = !line.includes('-->');
    else if (!code && line !== '' && !/^[#|<>!=\-*[]/.test(line)) {
      words.push(line);
      length += line.length + 1;
    } else if (words.length > 0 && line.startsWith('#')) break;
    if (length >= MAX_OPENING) break;
  }
  const opening = words.join(' ').slice(0, MAX_OPENING).toWellFormed().trim();
  return opening === '' ? undefined : opening;
}

// What neither a database's text nor a terminal should hold.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function linesOf(body: string): string[] {
  return body.slice(0, MAX_TEXT).toWellFormed().replaceAll(CONTROL, '').split('\n');
}
