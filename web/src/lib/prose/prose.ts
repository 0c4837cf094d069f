// Markdown as a page shows it: parsed within bounds, and cleaned.
import MarkdownIt from 'markdown-it';
import { cleanHtml } from './clean.ts';
import { addMaths } from './maths.ts';
import { type ProsePlace } from './addresses.ts';

/** A text, ready to be shown. */
export interface Prose {
  readonly html: string;
  /** Whether the text goes on behind what is shown. */
  readonly cut: boolean;
}

/** What is longer is cut: to parse it would keep others waiting. Characters. */
const LONGEST = 100_000;

/** The HTML of a Markdown text at its place in a repository. */
export function renderProse(text: string, place: ProsePlace): Prose {
  const shown = text.length > LONGEST ? text.slice(0, LONGEST).toWellFormed() : text;
  const markdown = new MarkdownIt({ html: true, linkify: true, maxNesting: 40 });
  addMaths(markdown);
  markdown.core.ruler.push('ids', ({ tokens }) => {
    for (const [index, token] of tokens.entries())
      if (token.type === 'heading_open') token.attrSet('id', slugOf(tokens[index + 1]?.content ?? ''));
    return true;
  });
  return { html: cleanHtml(markdown.render(shown, {}), place), cut: shown.length < text.length };
}

/** The name of a heading in links, as other hubs make it. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
    .slice(0, 100);
}
