// Access tokens of the Xet protocol. One is for one repository, to read or to write, and names the token it was made
// from: it is worth nothing once that one is dead or may no longer do this (both are asked at each use). One that was made for a run
// of a Space is worth nothing to anybody else.
// They are never taken on another surface, nor a hub token on this one: the two look nothing alike.
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { originFields, runForUse, type ClaimedOrigin, type Origin, type ProvenRun } from '#modules/access';
import { accessExpired, accessInvalid } from './faults.ts';

/** What its bearer may do. Writing includes reading. */
export type XetAct = 'read' | 'write';

/** What a Xet access token says. */
export interface XetAccess extends Origin {
  readonly act: XetAct;
  readonly repoId: Id;
  /** Where chunks are known to be there already. */
  readonly scopeId: Id;
}

type Claim = Omit<XetAccess, 'run'> & ClaimedOrigin;

const PATTERN =
  /^xet1\.(read|write)\.([0-9a-f]{24})\.([0-9a-f]{24})\.([0-9a-f]{24})?\.([0-9]{1,12})(?:\.([0-9a-f]{24}))?\.([A-Za-z0-9_-]{43})$/;

/** The text of a token. */
export function signAccess(keys: Keys, access: XetAccess): string {
  const fields = fieldsOf(access);
  return `xet1.${fields.join('.')}.${keys.sign('xet-access', fields)}`;
}

/** Clients are refused once and for all, so one whose clock is slow gets this much longer. Seconds. */
const SKEW = 120;

/**
 * What a token says to who uses it. Throws `xet.access-invalid`, also for one that was made for another run than the one that asks,
 * or `xet.access-expired` for one of ours whose time is over. Clients never try again with another token once they were refused, so
 * nothing else may be the reason.
 */
export function verifyAccess(
  keys: Keys,
  text: string,
  { now, run: user }: { readonly now: Date; readonly run: ProvenRun },
): XetAccess {
  const { claim, mac } = readClaim(text) ?? {};
  if (claim === undefined || !keys.signed('xet-access', fieldsOf(claim), mac)) throw accessInvalid();
  if ((claim.expires + SKEW) * 1000 <= now.getTime()) throw accessExpired();
  const run = runForUse(claim.run, user);
  if (run === undefined) throw accessInvalid();
  return { ...claim, run };
}

function readClaim(text: string): { readonly claim: Claim; readonly mac: string } | undefined {
  const [, act, repo = '', scope = '', token = '', seconds = '', made = '', mac = ''] =
    PATTERN.exec(text) ?? [];
  const [repoId, scopeId] = [parseId(repo), parseId(scope)];
  const [tokenId, run] = [token, made].map((id) => (id === '' ? '' : parseId(id)));
  if (act !== 'read' && act !== 'write') return undefined;
  if (repoId === undefined || scopeId === undefined || tokenId === undefined || run === undefined)
    return undefined;
  return { claim: { act, repoId, scopeId, tokenId, run, expires: Number(seconds) }, mac };
}

function fieldsOf({ act, repoId, scopeId, ...origin }: Claim): string[] {
  return [act, repoId, scopeId, ...originFields(origin)];
}
