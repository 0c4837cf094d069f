// To where an answer may be sent. Pure. Everything else on this road trusts what is decided here: an address that is let
// through is given codes.

const LONGEST = 500;
// No character that a browser drops, turns or reads as another: what is compared is what is gone to.
const PLAIN = /^[!#-;=?-[\]_a-z~]+$/;
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?([/?].*)?$/;
// A name that its maker owns, turned round (RFC 8252, 7.1): never `javascript:`, `data:` or `file:`.
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:\/[^/]?/;

/** Whether an application may name this address: https, http of the person's own machine, or a scheme of its own. */
export function isRedirectAddress(text: string): boolean {
  if (text.length > LONGEST || !PLAIN.test(text) || text.includes('#')) return false;
  if (PRIVATE_SCHEME.test(text)) return URL.canParse(text);
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  // What is written is what is read: no dots, letters or ports that a browser would turn into another address.
  const isWritten = url.href === text || url.href === `${text}/`;
  if (url.protocol === 'https:') return isWritten && text.startsWith('https://');
  return isWritten && LOOPBACK.test(text);
}

/**
 * Whether an address is the registered one: letter for letter, save the port of the person's own machine, which a program there
 * does not choose beforehand (RFC 8252, 7.3).
 */
export function isSameRedirect(registered: string, given: string): boolean {
  if (registered === given) return true;
  const [mine, theirs] = [LOOPBACK.exec(registered), LOOPBACK.exec(given)];
  if (mine === null || theirs === null || !isRedirectAddress(given)) return false;
  return mine[1] === theirs[1] && (mine[3] ?? '') === (theirs[3] ?? '');
}

/**
 * Whether nobody but the application has what is sent there. Any program of the person's machine can listen at a port or take a
 * scheme, and say that it is the application (RFC 8252, 8.6): there a code is never given unasked.
 */
export function isOfOneSite(address: string): boolean {
  return address.startsWith('https://');
}

/** What a person is told of where they are sent. */
export function hostOf(address: string): string {
  const { host, protocol } = new URL(address);
  return host === '' ? protocol : host;
}

/** The address with fields in its query. Those that it has stay. */
export function withFields(address: string, fields: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const joint = address.includes('?') ? '&' : '?';
  return `${address}${joint}${new URLSearchParams(given).toString()}`;
}
