// Reads what an issuer says of a person into what the hub takes. Pure.
import { type Claims } from './frames.ts';

const MOST_GROUPS = 2_000;

type Said = Readonly<Record<string, unknown>>;

/**
 * The claims that count, of the signed token and of what the issuer says beside it; the token goes first. What is not of the form it
 * should be is not there.
 */
export function readClaims(token: Said, more: Said, groupsClaim: string): Claims {
  const said = { ...more, ...token };
  return {
    issuer: String(said['iss']),
    subject: String(said['sub']),
    name: textOf(said['preferred_username']) ?? textOf(said['nickname']) ?? null,
    ...emailOf([token, more]),
    groups: groupsOf(said[groupsClaim]),
  };
}

// Both from one place: verified there is the address that stands beside it, and where the other has another address, a person typed one
// and had the other verified.
function emailOf(places: readonly Said[]): Pick<Claims, 'email' | 'emailVerified'> {
  for (const said of places) {
    const email = textOf(said['email']);
    // Only the value itself: some issuers write "true" for what a person merely typed.
    if (email !== undefined) return { email, emailVerified: said['email_verified'] === true };
  }
  return { email: null, emailVerified: false };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 500 ? value : undefined;
}

function groupsOf(value: unknown): string[] {
  const listed = Array.isArray(value) ? (value as unknown[]) : [value];
  return listed
    .map(textOf)
    .filter((group) => group !== undefined)
    .slice(0, MOST_GROUPS);
}
