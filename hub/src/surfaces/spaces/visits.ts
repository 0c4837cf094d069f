// How a browser that is signed in at the hub is let in to a Space, whose origin never sees the hub's cookie. The hub gives
// the browser a ticket for that one Space; the Space's origin takes it in exchange for a cookie of its own, which names the
// session and dies with it.
// Invariants: what one Space was given opens no other, and nothing of it opens the hub.
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';

/** Who may enter where. */
export interface Pass {
  readonly label: string;
  readonly sessionId: Id;
}

/** What a pass is for: to be handed over once, or to be kept by the browser. */
export type PassKind = 'space-ticket' | 'space-cookie';

/** How long a browser may take from the hub to the Space, and how long it may keep the cookie. Milliseconds. */
const LONGEST: Readonly<Record<PassKind, number>> = {
  'space-ticket': 60_000,
  'space-cookie': 24 * 3_600_000,
};

/** The pass as a text. */
export function signPass(
  keys: Keys,
  kind: PassKind,
  { label, sessionId, at }: Pass & { readonly at: Date },
): string {
  const fields = [label, sessionId, String(at.getTime())];
  return [...fields, keys.sign(kind, fields)].join('.');
}

/** The session that a pass for this label names; `undefined` for one that is not ours, too old, or for another Space. */
export function sessionOf(
  keys: Keys,
  kind: PassKind,
  pass: { readonly text: string | undefined; readonly label: string; readonly now: Date },
): Id | undefined {
  const [label = '', id = '', time = '', signature = ''] = (pass.text ?? '').split('.');
  if (label !== pass.label || !keys.signed(kind, [label, id, time], signature)) return undefined;
  const age = pass.now.getTime() - Number(time);
  return age >= 0 && age <= LONGEST[kind] ? parseId(id) : undefined;
}

/** The path to which a visitor goes on; never another origin, however the text is spelt (open redirect). */
export function localPath(text: string | undefined): string {
  return text !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) && !text.includes('\\') ? text : '/';
}

/** The name of the cookie: with https it begins with `__Host-`, so that no other Space can set it. */
export function spaceCookieName(origin: string): string {
  const { protocol, port } = new URL(origin);
  return protocol === 'https:' ? '__Host-holdfast-space' : `holdfast-${port}-space`;
}

/** The `Set-Cookie` header that keeps a pass. */
export function spaceCookie(origin: string, pass: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  const age = LONGEST['space-cookie'] / 1000;
  return `${spaceCookieName(origin)}=${pass}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
}
