// What pages of the security centre have in common that list things: what was asked for, and where the list goes on. Pure.

/** Rows of one page. */
export const ROWS = 50;

/** A choice out of a closed set, or nothing. */
export function choiceOf<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const asked = query.get(name);
  return choices.find((one) => one === asked);
}

/** A text that was asked for, or nothing. */
export function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = (query.get(name) ?? '').trim().slice(0, 256);
  return text === '' ? undefined : text;
}

/** A time in UTC that was asked for. What is none is nothing. */
export function momentOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? '';
  if (!/^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(text)) return undefined;
  const at = Date.parse(text);
  // A thirtieth of February is no day, though there are programs that take it for one.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text.slice(0, 10)) ? text : undefined;
}

/** The id behind which a list goes on. What is none begins it anew. */
export function afterOf(query: URLSearchParams): string | undefined {
  const text = query.get('after') ?? '';
  return /^[0-9a-f]{24}$/.test(text) ? text : undefined;
}

/** The address of the same list with other words in its query; an absent one is taken away. */
export function withQuery(url: URL, change: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(
    [...url.searchParams].filter(([name, value]) => !name.startsWith('/') && value !== ''),
  );
  for (const [name, value] of Object.entries(change))
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  return query.size === 0 ? url.pathname : `${url.pathname}?${query.toString()}`;
}

/** Where the list begins, where it is not at its beginning; and where it goes on, where it does. */
export function pagerOf(
  url: URL,
  next: string | undefined,
  name = 'after',
): { readonly first: string | undefined; readonly next: string | undefined } {
  return {
    first: url.searchParams.has(name) ? withQuery(url, { [name]: undefined }) : undefined,
    next: next === undefined ? undefined : withQuery(url, { [name]: next }),
  };
}

/** Where a form of this page is sent, so that the list afterwards is the one that it stood in. */
export function actOn(here: string, act: string): string {
  const [, query] = here.split('?', 2);
  return query === undefined ? `?/${act}` : `?/${act}&${query}`;
}
