// The few pages between the hub and a Space. Pure.

/** What a page says, and where it leads on to. */
export interface Page {
  readonly title: string;
  readonly text: string;
  readonly link?: string;
  /** The way on opens in a window of its own. */
  readonly apart?: boolean;
  /** The page asks again after so many seconds. */
  readonly again?: number;
}

/** The policy of such a page: it runs nothing, loads nothing, and is shown in no frame, or in those of one origin alone. */
export function policyOf(framedBy = "'none'"): string {
  return `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors ${framedBy}`;
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}' +
  'h1{font-size:1.25rem;overflow-wrap:anywhere}';

/** The page as HTML. */
export function pageOf({ title, text, link, apart, again }: Page): string {
  const refresh = again === undefined ? '' : `<meta http-equiv="refresh" content="${again}">`;
  const onwards =
    link === undefined
      ? ''
      : `<p><a href="${escape(link)}"${apart === true ? ' target="_blank" rel="noopener"' : ''}>${escape(new URL(link).host)}</a></p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
${refresh}<title>${escape(title)}</title><style>${STYLE}</style>
<h1>${escape(title)}</h1><p>${escape(text)}</p>${onwards}</html>
`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
