// Links that authorise by themselves, because clients send no credentials to them and ignore the headers they are told
// to send. Each is for one act on one object of one repository, and names the token it was made from: it is worth
// nothing once that token is dead or may no longer do this (both are checked by whoever serves the link). One that was made for a run
// of a Space is worth nothing to anybody else.
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { originFields, runForUse, type ClaimedOrigin, type Origin, type ProvenRun } from '#modules/access';
import { linkExpired, linkInvalid } from './faults.ts';

/** What a link lets its holder do. */
export type LinkAct = 'store' | 'store-part' | 'complete' | 'verify' | 'fetch';

/** What a link is for. */
export interface Link extends Origin {
  readonly act: LinkAct;
  readonly repoId: Id;
  readonly sha256: Sha256;
  readonly size: number;
  /** The upload in parts it belongs to, or empty. */
  readonly upload: Id | '';
  /** Number of the part, or 0. */
  readonly part: number;
}

type Claimed = Omit<Link, 'run'> & ClaimedOrigin;

/** A link's parts as they stand in a URL. Nothing in them was checked. */
export interface LinkClaim {
  readonly act: LinkAct;
  readonly repoId: string;
  readonly sha256: string;
  readonly upload?: string;
  readonly part?: string;
  readonly query: Readonly<Record<string, unknown>>;
}

const WHOLE = /^(?:0|[1-9][0-9]{0,15})$/;

/** The query of a link, with its signature. */
export function signLink(keys: Keys, link: Link): string {
  const mac = keys.sign('signed-link', signedFields(link));
  const token = link.tokenId === '' ? '' : `&token=${link.tokenId}`;
  const run = link.run === '' ? '' : `&run=${link.run}`;
  return `size=${link.size}&expires=${link.expires}${token}${run}&sig=${mac}`;
}

/**
 * What the link in a URL is for, for who uses it. Throws `link.invalid`, also for one that was made for another run than the one that
 * asks, or `link.expired` for one of ours whose time is over.
 */
export function verifyLink(
  keys: Keys,
  claim: LinkClaim,
  { now, run: user }: { readonly now: Date; readonly run: ProvenRun },
): Link {
  const link = readClaim(claim);
  if (link === undefined) throw linkInvalid();
  if (!keys.signed('signed-link', signedFields(link), claim.query['sig'])) throw linkInvalid();
  if (link.expires * 1000 <= now.getTime()) throw linkExpired();
  const run = runForUse(link.run, user);
  if (run === undefined) throw linkInvalid();
  return { ...link, run };
}

function readClaim(claim: LinkClaim): Claimed | undefined {
  const { size, expires, token = '', run: made = '' } = claim.query;
  const repoId = parseId(claim.repoId);
  const sha256 = parseSha256(claim.sha256);
  const upload = claim.upload === undefined ? '' : parseId(claim.upload);
  const [tokenId, run] = [token, made].map((id) => (id === '' ? '' : parseId(String(id))));
  const numbers = [size, expires, claim.part ?? '0'].map(readWhole);
  const [bytes, until, part] = numbers;
  if (repoId === undefined || sha256 === undefined || upload === undefined) return;
  if (tokenId === undefined || run === undefined) return;
  if (bytes === undefined || until === undefined || part === undefined) return;
  return { act: claim.act, repoId, sha256, size: bytes, upload, part, tokenId, run, expires: until };
}

function readWhole(text: unknown): number | undefined {
  if (typeof text !== 'string' || !WHOLE.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function signedFields({ act, repoId, sha256, size, upload, part, ...origin }: Claimed): string[] {
  return [act, repoId, sha256, String(size), upload, String(part), ...originFields(origin)];
}
