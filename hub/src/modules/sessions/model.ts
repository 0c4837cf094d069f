// What a session of a browser is, and how often may be tried to begin one. Pure.
import { randomBytes } from 'node:crypto';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';

/** By what somebody proved who they are. */
export type Proof = 'password' | 'totp' | 'recovery-code' | 'passkey' | 'single-sign-on';

/** A session as it is kept: everything but its value. */
export interface WebSession {
  readonly id: Id;
  readonly userId: Id;
  readonly digest: Sha256;
  readonly proofs: readonly Proof[];
  readonly beganAt: Date;
  readonly provedAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly address: string;
  readonly client: string;
  readonly seenAt: Date;
  /** What its user might do when it began; `null` where that was not written down. */
  readonly standing: Sha256 | null;
}

/** The browser that somebody uses, as it shows itself. */
export interface Browser {
  readonly address: string;
  readonly client: string;
  /** What it keeps of an earlier sign-in of the same user. */
  readonly known: string | undefined;
}

const DAY_MS = 86_400_000;
/** However much it is used. */
export const LONGEST_MS = 30 * DAY_MS;
/** Without use. */
export const LONGEST_IDLE_MS = 14 * DAY_MS;

/** Whether a session lasts: not ended, not too old, used lately, and not from before its user was signed out. */
export function isLive(
  session: Pick<WebSession, 'endedAt' | 'expiresAt' | 'seenAt' | 'provedAt'>,
  signedOutAt: Date | null,
  now: Date,
): boolean {
  if (session.endedAt !== null || session.expiresAt <= now) return false;
  // What was proved in the very millisecond of the sign-out was not proved after it.
  if (signedOutAt !== null && session.provedAt <= signedOutAt) return false;
  return now.getTime() - session.seenAt.getTime() <= LONGEST_IDLE_MS;
}

/** Long before any session. */
const NEVER = new Date(0);

/**
 * When the user of a session was last asked who they are; long ago where nobody was. An issuer lets in whom it remembers, without a
 * question, so that a sign-on alone is no fresh proof: whoever finds a browser open could sign out, and on again. One for which the
 * issuer asked anew renews a session that had begun before.
 */
export function askedAt({
  proofs,
  beganAt,
  provedAt,
}: Pick<WebSession, 'proofs' | 'beganAt' | 'provedAt'>): Date {
  const isRemembered = proofs.every((proof) => proof === 'single-sign-on') && provedAt <= beganAt;
  return isRemembered ? NEVER : provedAt;
}

const VALUE = /^[A-Za-z0-9_-]{43}$/;

/** The value of a new session's cookie: 256 random bits. */
export function mintValue(): Secret<string> {
  return new Secret(randomBytes(32).toString('base64url'));
}

/** What is kept in place of the value, or `undefined` for a text that is none. */
export function digestValue(text: string): Sha256 | undefined {
  return VALUE.test(text) ? sha256(`holdfast-session/${text}`) : undefined;
}

/** The fields that the row's MAC covers: who can write the table can neither make a session nor prolong one. */
export function sealedFields(session: WebSession): string[] {
  return [
    session.id,
    session.userId,
    session.digest,
    session.proofs.join(),
    session.beganAt.toISOString(),
    session.provedAt.toISOString(),
    session.expiresAt.toISOString(),
    ...(session.standing === null ? [] : [session.standing]),
  ];
}

/** Something of which tries are counted, and how many are let through within a window. */
export interface TryLimit {
  readonly windowMs: number;
  readonly tries: number;
}

const MINUTES = 60_000;

/**
 * How often may be tried in vain. `pair` is one account from one address, `address` all accounts from one, `account` one
 * from all, `known` one account with a browser in which its user signed in before. `code` is the second factor of one account from
 * anywhere, `placeCode` from networks and `knownCode` from browsers in which its user signed in before, and `newCode` one that its
 * user sets up; these four together are no more than the vault lets one user try in an hour. `weekOfCodes` is each of the first
 * three in a week. `exchange` is what one application shows from one address to be given tokens, `exchanges` what all show from there.
 * `refresh` is how often one application renews what it has of one person, `refreshes` what all have of them: a person on twenty devices
 * has each renewed once in eight hours.
 *
 * A code has a million values, of which three are right at a time, and is guessed by who knows the password already: no number of
 * addresses gives more tries. 50 a week are in with one chance in 6,600, and within a year of weeks with 0.8 %; who is in a network
 * of the owner's, too, and has a copy of what one of their browsers keeps, has three times that. None of it keeps the owner out:
 * where one of these counts is used up, they have another, for which the attacker must have shown the second factor in their
 * network or browser; recovery codes are counted for one address or browser alone, and passkeys not at all. A recovery code is one of ten in 2^50: five tries a quarter of an hour from each of a
 * million addresses find one within a year with one chance in 600.
 */
export const TRY_LIMITS = {
  pair: { windowMs: 15 * MINUTES, tries: 5 },
  address: { windowMs: 15 * MINUTES, tries: 30 },
  account: { windowMs: 60 * MINUTES, tries: 100 },
  known: { windowMs: 15 * MINUTES, tries: 10 },
  code: { windowMs: 60 * MINUTES, tries: 20 },
  placeCode: { windowMs: 60 * MINUTES, tries: 10 },
  knownCode: { windowMs: 60 * MINUTES, tries: 20 },
  newCode: { windowMs: 60 * MINUTES, tries: 10 },
  weekOfCodes: { windowMs: 7 * DAY_MS, tries: 50 },
  exchange: { windowMs: 15 * MINUTES, tries: 30 },
  exchanges: { windowMs: 15 * MINUTES, tries: 100 },
  refresh: { windowMs: 60 * MINUTES, tries: 60 },
  refreshes: { windowMs: 60 * MINUTES, tries: 300 },
} as const satisfies Readonly<Record<string, TryLimit>>;

/** The longest of the windows, but for what is counted by the week: what is older is forgotten. */
export const LONGEST_WINDOW_MS = 60 * MINUTES;

/** How often was tried by now, this try included. */
export interface Tries {
  readonly pair: number;
  readonly address: number;
  readonly account: number;
}

/**
 * Whether one more try is let through. An account under attack from everywhere stays open to an address that has not
 * tried in vain: its owner gets in with the right password, and an attacker has one guess for each address they own.
 */
export function mayTry({ pair, address, account }: Tries): boolean {
  if (pair > TRY_LIMITS.pair.tries || address > TRY_LIMITS.address.tries) return false;
  return account <= TRY_LIMITS.account.tries || pair === 1;
}
