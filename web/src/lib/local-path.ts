// Where to go on after a form: to a page of ours, whatever a link said.

const HERE = 'http://here.invalid';

/**
 * The path, if it leads to this hub; else the fallback. It is read as a browser reads it, so that no spelling (`//host`,
 * `/\host`, `/.//host`, a tab in between) makes a link to us one that ends elsewhere (open redirect).
 */
export function localPath(text: string | null, fallback = '/account'): string {
  if (text === null || !text.startsWith('/')) return fallback;
  const url = URL.parse(text, HERE);
  if (url?.origin !== HERE || url.pathname.startsWith('//')) return fallback;
  return `${url.pathname}${url.search}`;
}
