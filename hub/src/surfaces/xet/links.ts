// How the pieces of files are shown to clients of the protocol, and the links under which they are read.
import { type ByteRange } from '@holdfast/platform/objects/store';
import { signFetch, type Located, type XetHash, type XorbRange } from '#modules/xet';
import { type AccessDeps, type OpenedAccess } from './access.ts';

/** How long a link to a xorb is good, in seconds. A client whose link has expired asks for the reconstruction again. */
const FETCH_SECONDS = 60 * 60;

/** A link to parts of a xorb. */
export type LinkOf = (located: Located, xorb: XetHash, ranges: readonly XorbRange[]) => string;

/** Signs links to what a file is made of, for whoever was let in. */
export function linksOf(
  deps: AccessDeps,
  { opened, file }: { readonly opened: OpenedAccess; readonly file: XetHash },
  baseUrl: string,
): LinkOf {
  const { run } = opened;
  const { repoId, tokenId } = opened.access;
  const expires = Math.floor(deps.clock.now().getTime() / 1000) + FETCH_SECONDS;
  return ({ xorbs }, hash, ranges) => {
    const pack = xorbs.get(hash)?.pack;
    if (pack === undefined) throw new Error(`the xorb ${hash} is in a reconstruction and was not looked up`);
    const bytes = ranges.map((range) => range.bytes);
    const opens = { repoId, file, pack, ranges: bytes };
    return `${baseUrl}${signFetch(deps.keys, { ...opens, tokenId, run, expires })}`;
  };
}

/** What is counted with its last one. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
}

/** Chunks are counted without the last, bytes with it. */
export function inclusive({ start, end }: ByteRange): Bounds {
  return { start, end: end - 1 };
}

/** The pieces of a file, in order. */
export function presentTerms({ reconstruction }: Located): object[] {
  return reconstruction.terms.map(({ xorb, start, end, rawLength }) => ({
    hash: xorb,
    unpacked_length: rawLength,
    range: { start, end },
  }));
}

/** Links to the pieces of a file, by xorb. */
export type Fetches = Record<string, object[]>;

/**
 * Adds links to the pieces of a file. Each range has one of its own: the first clients take two requests for one address for
 * the same, whatever their ranges, and give the one's bytes to both.
 */
export function addFetches(fetches: Fetches, located: Located, link: LinkOf): void {
  for (const [xorb, ranges] of located.reconstruction.xorbs)
    (fetches[xorb] ??= []).push(
      ...ranges.map((range) => ({
        url: link(located, xorb, [range]),
        url_range: inclusive(range.bytes),
        range: range.chunks,
      })),
    );
}
