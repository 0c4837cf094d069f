// One line of `.gitattributes`: a pattern or a macro, and the attributes it sets. A line git finds invalid is no line.

/** One attribute as a line sets it. */
export interface AttributeState {
  readonly name: string;
  readonly value: boolean | string | undefined;
}

/** What a line says. The pattern is bytes, not yet compiled. */
export type AttributeRule =
  | { readonly macro: string; readonly states: readonly AttributeState[] }
  | { readonly pattern: string; readonly states: readonly AttributeState[] };

const BLANK = /[ \t\r]+/;
const MACRO = '[attr]';
const NAME = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** The rule on a line of bytes; `undefined` for blank lines, comments and what git does not accept. */
export function parseAttributeLine(line: string): AttributeRule | undefined {
  const text = line.replace(/^[ \t\r]+/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const { name, rest } = splitName(text);
  const states = parseStates(rest);
  if (states === undefined) return undefined;
  if (name.startsWith(MACRO) && name.length > MACRO.length) {
    const macro = name.slice(MACRO.length);
    return isAttributeName(macro) ? { macro, states } : undefined;
  }
  // Git refuses negation here: what `!` means with several attributes is not clear.
  return name === '' || name.startsWith('!') ? undefined : { pattern: name, states };
}

function splitName(text: string): { name: string; rest: string } {
  const quoted = text.startsWith('"') ? unquote(text) : undefined;
  if (quoted !== undefined) return quoted;
  const end = text.search(BLANK);
  return end === -1 ? { name: text, rest: '' } : { name: text.slice(0, end), rest: text.slice(end) };
}

/** The name inside C-style quotes; `undefined` when they are not closed, and then the quote is an ordinary character. */
function unquote(text: string): { name: string; rest: string } | undefined {
  let name = '';
  for (let at = 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') return { name, rest: text.slice(at + 1) };
    if (char !== '\\') {
      name += char;
      continue;
    }
    at += 1;
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(at, at + 3));
    const escaped = text.charAt(at);
    if (octal !== null) {
      name += String.fromCharCode(Number.parseInt(octal[0], 8));
      at += 2;
    } else if (Object.hasOwn(ESCAPES, escaped)) name += String(ESCAPES[escaped]);
    else return undefined;
  }
  return undefined;
}

function parseStates(text: string): AttributeState[] | undefined {
  const states: AttributeState[] = [];
  for (const word of text.split(BLANK)) {
    if (word === '') continue;
    const state = parseState(word);
    if (!isAttributeName(state.name)) return undefined;
    states.push(state);
  }
  return states;
}

function parseState(word: string): AttributeState {
  const equals = word.indexOf('=');
  const name = equals === -1 ? word : word.slice(0, equals);
  if (name.startsWith('-')) return { name: name.slice(1), value: false };
  if (name.startsWith('!')) return { name: name.slice(1), value: undefined };
  return { name, value: equals === -1 ? true : word.slice(equals + 1) };
}

function isAttributeName(name: string): boolean {
  return NAME.test(name) && !name.startsWith('builtin_');
}
