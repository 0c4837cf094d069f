// Reads files that are made of xorbs: says which chunks give a range, and gives the bytes themselves to those who do not
// put them together. Whose file it is was decided by finding it as an object of a repository.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { type ByteRange, type OpenObject } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Blob } from '#modules/blobs';
import { parseXetHash, type XetHash } from './format/xet-hash.ts';
import { windowTooLarge } from './faults.ts';
import { reconstruct, xorbsOf, type Reconstruction } from './reconstruction.ts';
import { XetReader, type IndexedXorb } from './store.ts';
import { type Terms } from './terms.ts';
import { XetObject } from './xet-object.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What reading files needs. */
export interface FilesDeps {
  readonly db: Db;
  readonly indexes: XorbIndexes;
  readonly buffers: BufferPool;
}

/** A range of a file as chunks, and where each xorb's bytes lie. */
export interface Located {
  readonly reconstruction: Reconstruction;
  readonly xorbs: ReadonlyMap<XetHash, IndexedXorb>;
}

/** What one answer names: 64 GiB as clients pack it. They ask for eight at most. */
const MOST_XORBS = 1_024;
const MOST_TERMS = 32_768;

/** The files of all scopes. */
export class Files {
  readonly #deps: FilesDeps;

  constructor(deps: FilesDeps) {
    this.#deps = deps;
  }

  /** Which chunks give a range of the object, which must lie inside it. Throws `xet.window-too-large`. */
  async locate(blob: XetBlob, range: ByteRange): Promise<Located> {
    const terms = await this.#termsOf(blob);
    if (terms.countIn(range) > MOST_TERMS) throw windowTooLarge();
    const hashes = xorbsOf(terms, range);
    if (hashes.length > MOST_XORBS) throw windowTooLarge();
    const needed = await this.#deps.indexes.list(blob.xet.scopeId, hashes);
    const xorbs = new Map(needed.map((xorb) => [xorb.hash, xorb]));
    const reconstruction = reconstruct(terms, range, (hash) => {
      const xorb = xorbs.get(hash);
      if (xorb === undefined) throw new Error(`the xorb ${hash} is needed and was not looked up`);
      return xorb.index;
    });
    return { reconstruction, xorbs };
  }

  /** The same for several whole objects. Throws `xet.window-too-large` where they are in too many pieces together. */
  async locateWhole(blobs: readonly Blob[]): Promise<Located[]> {
    const all: Located[] = [];
    let pieces = 0;
    for (const blob of blobs) {
      const located = await this.locate(asXet(blob), { start: 0, end: blob.size });
      pieces += located.reconstruction.terms.length;
      if (pieces > MOST_TERMS) throw windowTooLarge();
      all.push(located);
    }
    return all;
  }

  /** Opens the bytes of the object. */
  async open(blob: XetBlob): Promise<OpenObject> {
    const { indexes, buffers } = this.#deps;
    const terms = await this.#termsOf(blob);
    const open = (xorb: XetHash) => indexes.open(blob.xet.scopeId, xorb);
    return new XetObject(blob.sha256, { terms, open, buffers });
  }

  /** Forgets what was looked up of a pack that turned out to be gone, so that the next one to ask is told the truth. */
  forgetPack(pack: Sha256): void {
    this.#deps.indexes.forgetPack(pack);
  }

  async #termsOf({ xet }: XetBlob): Promise<Terms> {
    const terms = await new XetReader(this.#deps.db).findTerms(xet.scopeId, xet.hash);
    if (terms === undefined) throw new Error(`the file ${xet.hash} is an object's and is not stored`);
    return terms;
  }
}

/** The object as one that is made of xorbs. Throws when it is not. */
export function asXet({ sha256, xet }: Blob): XetBlob {
  const hash = xet && parseXetHash(xet.hash);
  if (xet === undefined || hash === undefined) throw new Error(`the object ${sha256} is not made of xorbs`);
  return { sha256, xet: { scopeId: xet.scopeId, hash } };
}

/** An object that is made of xorbs. */
export type XetBlob = Pick<Blob, 'sha256'> & {
  readonly xet: { readonly scopeId: Id; readonly hash: XetHash };
};
