// How a browser that is signed in at the hub is let in to a Space, whose origin never sees the hub's cookie. The Space's
// origin marks the browser and sends it to the hub; the hub gives it a ticket for that Space and that mark; the Space's
// origin takes the ticket for a cookie of its own, which names the session and dies with it.
// Invariants: what one Space was given opens no other, and nothing of it opens the hub; a ticket that somebody else got
// hold of, or made somebody else use, is worth nothing without the browser's mark.
import { createHash, randomBytes } from 'node:crypto';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';

/** Who may enter where. */
export interface Pass {
  readonly label: string;
  readonly sessionId: Id;
  readonly at: Date;
  /**
   * The digest of the browser's mark; empty in a cookie, which only that browser has, and anything new in a ticket for a
   * frame, which has no mark.
   */
  readonly browser: string;
}

/** What a pass is for: to be handed over, or to be kept by the browser; both also for a frame of the hub's page. */
export type PassKind = 'space-ticket' | 'space-cookie' | 'space-frame-ticket' | 'space-frame';

/** How long a browser may take from the hub to the Space, and how long it may keep the cookie. Milliseconds. */
const LONGEST: Readonly<Record<PassKind, number>> = {
  'space-ticket': 60_000,
  'space-cookie': 24 * 3_600_000,
  'space-frame-ticket': 60_000,
  'space-frame': 24 * 3_600_000,
};

/** The pass as a text. */
export function signPass(keys: Keys, kind: PassKind, { label, sessionId, at, browser }: Pass): string {
  const fields = [label, sessionId, String(at.getTime()), browser];
  return [...fields, keys.sign(kind, fields)].join('.');
}

/** What a pass must be good for. */
export interface Wanted {
  readonly text: string | undefined;
  readonly label: string;
  readonly now: Date;
  readonly browser: string;
}

/** The session that a pass names; `undefined` for one that is not ours, too old, or for another Space or browser. */
export function sessionOf(keys: Keys, kind: PassKind, wanted: Wanted): Id | undefined {
  const [label = '', id = '', time = '', browser = '', signature = '', ...rest] = (wanted.text ?? '').split(
    '.',
  );
  if (label !== wanted.label || browser !== wanted.browser || rest.length > 0) return undefined;
  if (!keys.signed(kind, [label, id, time, browser], signature)) return undefined;
  const age = wanted.now.getTime() - Number(time);
  return age >= 0 && age <= LONGEST[kind] ? parseId(id) : undefined;
}

/** A new mark for a browser. */
export function newMark(): string {
  return randomBytes(32).toString('base64url');
}

/** The digest of a mark, which may be seen. */
export function digestOfMark(mark: string): string {
  return createHash('sha256').update(mark).digest('base64url');
}

/** How the digest of a mark looks. */
export const MARK_DIGEST = /^[A-Za-z0-9_-]{43}$/;

const LONGEST_PATH = 2_000;

/** The path to which a visitor goes on; never another origin, however the text is spelt (open redirect). */
export function localPath(text: string | undefined): string {
  if (text === undefined || text.length > LONGEST_PATH || text.includes('\\')) return '/';
  return /^\/(?!\/)[\x21-\x7e]*$/.test(text) ? text : '/';
}
