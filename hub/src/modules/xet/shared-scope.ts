// What is told of xorbs where several repositories share a scope. The hash of a xorb of one chunk is the chunk's: whoever may
// write to one of the repositories could try text after text, and learn which of them another one holds that they may not
// read. So a xorb of one chunk is told only for the repository that it was sent for, to who may read a repository with a file
// of it, and where clients may ask for its chunk anyway; and who names xorbs in vain is counted as who asks for chunks in vain.
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type ChunkGuesses } from './chunk-guesses.ts';
import { xorbMissing } from './faults.ts';
import { xetHashBytes, type XetHash } from './format/xet-hash.ts';
import { XetReader, type IndexedXorb, type XorbPlace } from './store.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** Who names xorbs. */
export interface XorbAsker extends XorbPlace {
  readonly senderId: Id;
  /** Whether they may read another repository. */
  mayRead(repoId: Id): Promise<boolean>;
}

/** What it needs. */
export interface SharedScopeDeps {
  readonly db: Db;
  readonly indexes: XorbIndexes;
  readonly guesses: ChunkGuesses;
}

/** Repositories that are looked at for one that may be read. */
const MOST_REPOS = 20;

/** Finds xorbs for those who name them. */
export class SharedScope {
  readonly #deps: SharedScopeDeps;

  constructor(deps: SharedScopeDeps) {
    this.#deps = deps;
  }

  /** A xorb, as far as its scope has it for whoever names it. Throws `xet.xorb-missing`. */
  async get(asker: XorbAsker, hash: XetHash): Promise<IndexedXorb> {
    const { guesses, indexes } = this.#deps;
    const { scopeId, repoId, senderId } = asker;
    if (scopeId === repoId) return await indexes.get(scopeId, hash);
    try {
      const xorb = await indexes.get(scopeId, hash);
      if (await this.#mayKnow(asker, xorb)) return xorb;
      throw xorbMissing(hash);
    } catch (error) {
      if (isFault(error, 'xet.xorb-missing')) guesses.noteMiss(senderId, scopeId);
      throw error;
    }
  }

  async #mayKnow(asker: XorbAsker, { hash, index }: IndexedXorb): Promise<boolean> {
    const { db, guesses } = this.#deps;
    const { scopeId, senderId } = asker;
    const isTold = guesses.mayAsk(senderId, scopeId);
    // Who has all of its chunks has guessed nothing.
    if (isTold && index.count > 1) return true;
    const reader = new XetReader(db);
    if (await reader.isXorbOf(asker, hash, { orSeveral: true })) return true;
    if (isTold && (await reader.findChunks([{ scopeId, chunk: xetHashBytes(hash) }])).length > 0) return true;
    for (const id of await reader.listReposOf(scopeId, hash, MOST_REPOS))
      if (await asker.mayRead(id)) return true;
    return false;
  }
}
