// The cookies of pages and of Spaces: how they are called, read and set. Pure.

/**
 * What a browser keeps for us, at the hub or, as `space` and `mark`, at the origin of a Space: who was let in there, and which
 * browser is on its way to be, or as `frame` the same where the hub's page shows the Space. `session` is who is signed in, `known` that a user once was, `half` who has
 * shown a password and not yet the second factor, `language` what was chosen, `challenge`
 * what a device is asked, `sign-on` what was begun at the issuer.
 */
export type CookieKind =
  'session' | 'known' | 'half' | 'language' | 'challenge' | 'sign-on' | 'space' | 'mark' | 'frame';

const DAY = 86_400;
const SECONDS: Readonly<Record<CookieKind, number>> = {
  session: 30 * DAY,
  known: 400 * DAY,
  half: 600,
  challenge: 300,
  'sign-on': 600,
  language: 400 * DAY,
  space: DAY,
  mark: 600,
  frame: DAY,
};

const KINDS = Object.keys(SECONDS) as CookieKind[];

/**
 * The cookie's name. With https it begins with `__Host-`: then a browser takes it from this host alone, and from no
 * other under the same domain (an app's, say). Without, ports of one host share cookies, and the name tells them apart.
 */
function cookieName(kind: CookieKind, baseUrl: string): string {
  const { protocol, port } = new URL(baseUrl);
  return protocol === 'https:' ? `__Host-holdfast-${kind}` : `holdfast-${port}-${kind}`;
}

/** Whether a `Set-Cookie` header of somebody else would take the place of one of ours. */
export function isOurCookie(setCookie: string, baseUrl: string): boolean {
  // One without a name comes back as its value alone, which may be a name and what belongs to it.
  const name = setCookie.replace(/^\s*=/, '').split('=', 1)[0]?.trim();
  return name !== undefined && KINDS.some((kind) => name === cookieName(kind, baseUrl));
}

/** The cookie's value in a `Cookie` header. */
export function findCookie(
  kind: CookieKind,
  header: string | undefined,
  baseUrl: string,
): string | undefined {
  const name = cookieName(kind, baseUrl);
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/**
 * A `Set-Cookie` header; an empty value removes the cookie. No script can read it, and no foreign form sends it. One for a
 * frame goes along only where the same site shows the frame (CHIPS); a browser keeps it from a secure origin alone, or from
 * this machine.
 */
export function cookieHeader(kind: CookieKind, value: string, baseUrl: string): string {
  const secure = baseUrl.startsWith('https:') ? '; Secure' : '';
  const reach = kind === 'frame' ? '; SameSite=None; Secure; Partitioned' : `; SameSite=Lax${secure}`;
  const age = value === '' ? 0 : SECONDS[kind];
  return `${cookieName(kind, baseUrl)}=${value}; Path=/; Max-Age=${age}; HttpOnly${reach}`;
}
