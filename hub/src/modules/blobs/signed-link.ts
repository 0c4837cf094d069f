// Links that authorise by themselves, because clients send no credentials to them and ignore the headers they are told
// to send. Each is for one act on one object of one repository, and names the token it was made from: it is worth
// nothing once that token is dead or may no longer do this (both are checked by whoever serves the link).
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { linkExpired, linkInvalid } from './faults.ts';

/** What a link lets its holder do. */
export type LinkAct = 'store' | 'store-part' | 'complete' | 'verify' | 'fetch';

/** What a link is for. */
export interface Link {
  readonly act: LinkAct;
  readonly repoId: Id;
  readonly sha256: Sha256;
  readonly size: number;
  /** The upload in parts it belongs to, or empty. */
  readonly upload: Id | '';
  /** Number of the part, or 0. */
  readonly part: number;
  /** The token it was made from; empty where an anonymous reader asked. */
  readonly tokenId: Id | '';
  /** Unix seconds. */
  readonly expires: number;
}

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
  return `size=${link.size}&expires=${link.expires}${token}&sig=${mac}`;
}

/** What the link in a URL is for. Throws `link.invalid`, or `link.expired` for one of ours whose time is over. */
export function verifyLink(keys: Keys, claim: LinkClaim, now: Date): Link {
  const link = readClaim(claim);
  if (link === undefined) throw linkInvalid();
  if (!keys.signed('signed-link', signedFields(link), claim.query['sig'])) throw linkInvalid();
  if (link.expires * 1000 <= now.getTime()) throw linkExpired();
  return link;
}

function readClaim(claim: LinkClaim): Link | undefined {
  const { size, expires, token = '' } = claim.query;
  const repoId = parseId(claim.repoId);
  const sha256 = parseSha256(claim.sha256);
  const upload = claim.upload === undefined ? '' : parseId(claim.upload);
  const tokenId = token === '' ? '' : parseId(String(token));
  const numbers = [size, expires, claim.part ?? '0'].map(readWhole);
  const [bytes, until, part] = numbers;
  if (repoId === undefined || sha256 === undefined || upload === undefined || tokenId === undefined) return;
  if (bytes === undefined || until === undefined || part === undefined) return;
  return { act: claim.act, repoId, sha256, size: bytes, upload, part, tokenId, expires: until };
}

function readWhole(text: unknown): number | undefined {
  if (typeof text !== 'string' || !WHOLE.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function signedFields(link: Link): string[] {
  const { act, repoId, sha256, size, upload, part, tokenId, expires } = link;
  return [act, repoId, sha256, String(size), upload, String(part), tokenId, String(expires)];
}
