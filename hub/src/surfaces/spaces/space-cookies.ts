// The cookies of a Space's origin. Pure.

/** `space`: who was let in. `mark`: which browser is on its way to be. */
export type SpaceCookie = 'space' | 'mark';

const SECONDS: Readonly<Record<SpaceCookie, number>> = { space: 24 * 3600, mark: 600 };

/** The cookie's name: with https it begins with `__Host-`, so that no other Space can set it. */
function spaceCookieName(kind: SpaceCookie, origin: string): string {
  const { protocol, port } = new URL(origin);
  return protocol === 'https:' ? `__Host-holdfast-${kind}` : `holdfast-${port}-${kind}`;
}

/** The `Set-Cookie` header that keeps a value. */
export function keepSpaceCookie(kind: SpaceCookie, origin: string, value: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  return `${spaceCookieName(kind, origin)}=${value}; Path=/; Max-Age=${SECONDS[kind]}; HttpOnly; SameSite=Lax${secure}`;
}

/** The value in a `Cookie` header. */
export function findSpaceCookie(
  kind: SpaceCookie,
  origin: string,
  header: string | undefined,
): string | undefined {
  const name = spaceCookieName(kind, origin);
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
