// The few pages between the hub and a Space, in the colours of the hub's own (web/DESIGN.md): they load nothing, so that what they
// need of those stands here. Pure.
import { createHash } from 'node:crypto';
import { type Piece } from '@holdfast/kernel/told/told';
import { type PageLanguage } from './words.ts';

/** What a page says, and where it leads on to. */
export interface Page {
  readonly language: PageLanguage;
  readonly title: string;
  readonly lines: readonly (readonly Piece[])[];
  readonly link?: string;
  /** The way on opens in a window of its own. */
  readonly apart?: boolean;
  /** The page asks again after so many seconds. */
  readonly again?: number;
}

const STYLE =
  ':root{color-scheme:light dark;--ground:#f6f6f3;--card:#fff;--line:#dfdfd8;--text:#1a2022;--accent:#0f615a}' +
  '@media(prefers-color-scheme:dark){:root{--ground:#101415;--card:#171c1e;--line:#2b3336;--text:#e4e9e9;--accent:#77c9be}}' +
  'html{font-size:93.75%}' +
  "body{margin:0;padding:18vh 1rem 1rem;background:var(--ground);color:var(--text);font:1rem/1.55 'IBM Plex Sans',system-ui,sans-serif}" +
  'main{max-width:34rem;margin:0 auto;padding:1.5rem 2rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem}' +
  'h1{margin:0 0 .5rem;font-size:1.4rem;font-weight:600;overflow-wrap:anywhere}p{margin:.5rem 0;overflow-wrap:anywhere}' +
  'a{color:var(--accent)}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}';
/** What is in the page by us and no other style: something that got into its text could bring none along. */
const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** The policy of such a page: it runs nothing, loads nothing, and is shown in no frame, or in those of the sources of a policy. */
export function policyOf(framedBy = "'none'"): string {
  return `default-src 'none'; style-src ${STYLE_SOURCE}; frame-ancestors ${framedBy}`;
}

/** The page as HTML. */
export function pageOf({ language, title, lines, link, apart, again }: Page): string {
  const refresh = again === undefined ? '' : `<meta http-equiv="refresh" content="${again}">`;
  const onwards =
    link === undefined
      ? ''
      : `<p><a href="${escape(link)}"${apart === true ? ' target="_blank" rel="noopener"' : ''}>${escape(new URL(link).host)}</a></p>`;
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
${refresh}<title>${escape(title)}</title><style>${STYLE}</style>
<main><h1>${escape(title)}</h1><p>${lines.map((line) => line.map((piece) => shown(piece, language)).join('')).join('<br>')}</p>${onwards}</main></html>
`;
}

/** A reader is told which words are not in the language of the page. */
function shown({ text, isEnglish }: Piece, language: PageLanguage): string {
  return isEnglish && language !== 'en' ? `<span lang="en">${escape(text)}</span>` : escape(text);
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
