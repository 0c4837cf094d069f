// Reads what an issuer says of a person into what the hub takes. Pure.
import { type Claims } from './frames.ts';

const MOST_GROUPS = 2_000;

/** The claims that count. What is not of the form it should be is not there. */
export function readClaims(said: Readonly<Record<string, unknown>>, groupsClaim: string): Claims {
  return {
    issuer: String(said['iss']),
    subject: String(said['sub']),
    name: textOf(said['preferred_username']) ?? textOf(said['nickname']) ?? null,
    email: textOf(said['email']) ?? null,
    // Only the value itself: some issuers write "true" for what a person merely typed.
    emailVerified: said['email_verified'] === true,
    groups: groupsOf(said[groupsClaim]),
  };
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
