// Formulas: what stands between dollars becomes MathML, which browsers show without script. What is made is HTML like any that
// somebody wrote, and is cleaned after this.
import temml from 'temml';
import { type MarkdownIt } from 'markdown-it';

/** Letters of one formula, and of all that are shown of a text: to read them is work like any other. */
const LONGEST = 1_000;
const MOST_LETTERS = 20_000;
/** Letters of what is made of them: a few letters can be made into many. */
const MOST_MADE = 500_000;
/** Formulas that name something of their own could have it stand for ever more (a "billion laughs"), so that none may. */
const DEFINES = /\\(?:[egx]?def|(?:future)?let|global|long|(?:re)?newcommand|providecommand)(?![A-Za-z])/;

/** What was spent on the formulas of a text. */
interface Spent {
  letters: number;
  made: number;
}

/** A formula that was found. */
interface Formula {
  readonly tex: string;
  readonly display: boolean;
  readonly end: number;
}

/** Has a parser read formulas. */
export function addMaths(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('escape', 'maths', (state, silent) => {
    const found = findFormula(state.src, state.pos);
    if (found === undefined) return false;
    if (!silent) {
      const token = state.push('maths', 'math', 0);
      token.content = found.tex;
      token.markup = found.display ? '$$' : '$';
    }
    state.pos = found.end;
    return true;
  });
  markdown.renderer.rules['maths'] = (...rendering) => {
    const [tokens, index, , env] = rendering;
    const { content = '', markup = '' } = tokens[index] ?? {};
    const spent = spentOf(env);
    spent.letters += content.length;
    const isLeft = spent.letters <= MOST_LETTERS && spent.made <= MOST_MADE;
    const mathml = isLeft ? mathmlOf(content, markup === '$$') : undefined;
    spent.made += mathml?.length ?? 0;
    return mathml ?? `<code>${markdown.utils.escapeHtml(markup + content + markup)}</code>`;
  };
}

/** The formula that begins at a place; a price is none. */
export function findFormula(text: string, at: number): Formula | undefined {
  if (text[at] !== '$') return undefined;
  const display = text[at + 1] === '$';
  const start = at + (display ? 2 : 1);
  const within = text.slice(start, start + LONGEST + 2);
  const match = (display ? /^(?:[^$\\]|\\[\s\S])+?(?=\$\$)/ : /^(?!\s)(?:[^$\\\n]|\\.)+?(?=\$)/).exec(within);
  if (match === null) return undefined;
  const [tex] = match;
  const end = start + tex.length + (display ? 2 : 1);
  if (!display && (/\s$/.test(tex) || /\d/.test(text[end] ?? ''))) return undefined;
  return { tex, display, end };
}

/** What was spent so far, which the parser carries along with the text. */
function spentOf(env: object | undefined): Spent {
  const carried = (env ?? {}) as { maths?: Spent };
  return (carried.maths ??= { letters: 0, made: 0 });
}

function mathmlOf(tex: string, displayMode: boolean): string | undefined {
  if (DEFINES.test(tex)) return undefined;
  try {
    // Nothing names an address.
    return temml.renderToString(tex, { displayMode, throwOnError: true, maxExpand: 100, trust: false });
  } catch {
    return undefined;
  }
}
