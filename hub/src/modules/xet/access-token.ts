// Access tokens of the Xet protocol. One is for one repository, to read or to write, and names the token it was made
// from: it is worth nothing once that one is dead or may no longer do this (both are asked at each use).
// They are never taken on another surface, nor a hub token on this one: the two look nothing alike.
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { accessExpired, accessInvalid } from './faults.ts';

/** What its bearer may do. Writing includes reading. */
export type XetAct = 'read' | 'write';

/** What a Xet access token says. */
export interface XetAccess {
  readonly act: XetAct;
  readonly repoId: Id;
  /** Where chunks are known to be there already. */
  readonly scopeId: Id;
  /** The hub token it was made from; empty where an anonymous reader asked. */
  readonly tokenId: Id | '';
  /** Unix seconds. */
  readonly expires: number;
}

const PATTERN =
  /^xet1\.(read|write)\.([0-9a-f]{24})\.([0-9a-f]{24})\.([0-9a-f]{24})?\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})$/;

/** The text of a token. */
export function signAccess(keys: Keys, access: XetAccess): string {
  const fields = fieldsOf(access);
  return `xet1.${fields.join('.')}.${keys.sign('xet-access', fields)}`;
}

/** Clients are refused once and for all, so one whose clock is slow gets this much longer. Seconds. */
const SKEW = 120;

/**
 * What a token says. Throws `xet.access-invalid`, or `xet.access-expired` for one of ours whose time is over. Clients
 * never try again with another token once they were refused, so nothing else may be the reason.
 */
export function verifyAccess(keys: Keys, text: string, now: Date): XetAccess {
  const [, act, repo = '', scope = '', token = '', expires = '', mac = ''] = PATTERN.exec(text) ?? [];
  const [repoId, scopeId] = [parseId(repo), parseId(scope)];
  const tokenId = token === '' ? '' : parseId(token);
  if (act !== 'read' && act !== 'write') throw accessInvalid();
  if (repoId === undefined || scopeId === undefined || tokenId === undefined) throw accessInvalid();
  const access: XetAccess = { act, repoId, scopeId, tokenId, expires: Number(expires) };
  if (!keys.signed('xet-access', fieldsOf(access), mac)) throw accessInvalid();
  if ((access.expires + SKEW) * 1000 <= now.getTime()) throw accessExpired();
  return access;
}

function fieldsOf({ act, repoId, scopeId, tokenId, expires }: XetAccess): string[] {
  return [act, repoId, scopeId, tokenId, String(expires)];
}
