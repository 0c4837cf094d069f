// Links to parts of a xorb, for a reader of a file that is made of them. Clients send no credentials to them. Each names
// the token it was made from, the run it was made for, the file, and the bytes it opens; it opens nothing between or beside them, where chunks of other
// files lie.
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type ByteRange } from '@holdfast/platform/objects/store';
import { fetchExpired, fetchInvalid } from './faults.ts';
import { originFields, runForUse, type ClaimedOrigin, type Origin, type ProvenRun } from '#modules/access';
import { parseXetHash, type XetHash } from './format/xet-hash.ts';

/** What a link opens. */
export interface FetchLink extends Origin {
  readonly repoId: Id;
  /** The file for which they are wanted: the link ends when the repository has it no more. */
  readonly file: XetHash;
  /** The pack that is the xorb. */
  readonly pack: Sha256;
  readonly ranges: readonly ByteRange[];
}

type Claimed = Omit<FetchLink, 'run'> & ClaimedOrigin;

/** A link's parts as they stand in a URL. Nothing in them was checked. */
interface FetchClaim {
  readonly repo: string;
  readonly pack: string;
  readonly query: Readonly<Record<string, unknown>>;
}

const RANGES = /^[0-9]{1,10}-[0-9]{1,10}(?:,[0-9]{1,10}-[0-9]{1,10}){0,199}$/;
const WHOLE = /^[0-9]{1,12}$/;

/** Most ranges that one link opens: a client may ask for all of them in one header. */
export const MOST_RANGES = 200;

/** Path and query of a link, below the hub's address. */
export function signFetch(keys: Keys, link: FetchLink): string {
  const fields = fieldsOf(link);
  const { repoId, file, pack, tokenId, run, expires } = link;
  const ranges = spellRanges(link.ranges);
  const token = tokenId === '' ? '' : `&token=${tokenId}`;
  const made = run === '' ? '' : `&run=${run}`;
  const mac = keys.sign('xet-fetch', fields);
  return `/xet/fetch/${repoId}/${pack}?file=${file}&ranges=${ranges}&expires=${expires}${token}${made}&sig=${mac}`;
}

/**
 * What the link in a URL opens for who uses it. Throws `xet.fetch-invalid`, also for one that was made for another run than the
 * one that asks, or `xet.fetch-expired` for one of ours.
 */
export function verifyFetch(
  keys: Keys,
  claim: FetchClaim,
  { now, run: user }: { readonly now: Date; readonly run: ProvenRun },
): FetchLink {
  const link = readClaim(claim);
  if (link === undefined || !keys.signed('xet-fetch', fieldsOf(link), claim.query['sig']))
    throw fetchInvalid();
  if (link.expires * 1000 <= now.getTime()) throw fetchExpired();
  const run = runForUse(link.run, user);
  if (run === undefined) throw fetchInvalid();
  return { ...link, run };
}

function readClaim(claim: FetchClaim): Claimed | undefined {
  const { file: fileText, ranges, expires, token = '', run: made = '' } = claim.query;
  const repoId = parseId(claim.repo);
  const pack = parseSha256(claim.pack);
  const opened = typeof ranges === 'string' ? parseRangeList(ranges) : undefined;
  const file = parseXetHash(String(fileText));
  const [tokenId, run] = [token, made].map((id): Id | '' | undefined =>
    id === '' ? '' : parseId(String(id)),
  );
  if (repoId === undefined || pack === undefined || tokenId === undefined || run === undefined)
    return undefined;
  if (file === undefined || opened === undefined) return undefined;
  if (typeof expires !== 'string' || !WHOLE.test(expires)) return undefined;
  return { repoId, file, pack, ranges: opened, tokenId, run, expires: Number(expires) };
}

function fieldsOf({ repoId, file, pack, ranges, ...origin }: Claimed): string[] {
  return [repoId, file, pack, spellRanges(ranges), ...originFields(origin)];
}

// As HTTP spells ranges: the last byte is part of it.
function spellRanges(ranges: readonly ByteRange[]): string {
  return ranges.map(({ start, end }) => `${start}-${end - 1}`).join(',');
}

/** Ranges as HTTP spells them, without their unit; `undefined` for anything else, or more than a link may open. */
export function parseRangeList(text: string): ByteRange[] | undefined {
  if (!RANGES.test(text)) return undefined;
  return text.split(',').map((range) => {
    const [start = 0, last = 0] = range.split('-').map(Number);
    return { start, end: last + 1 };
  });
}
