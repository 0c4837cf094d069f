// Whether tree and map of heads are those that were signed, with what was ordered since: a map that somebody else changed
// is as whole as the true one, and only the way from what was signed tells them apart.
import { type EvidenceReader } from './evidence-store.ts';
import { chainKey, chainsOf, extend, NO_ENTRIES, type ChainName, type Head } from './heads/chain.ts';
import { subtreesOf, withHeads } from './heads/moves.ts';
import { bucketOf, type UpperTree } from './heads/top.ts';
import { type MapLeaf } from './heads/trie.ts';
import { leafOf, type LedgerRow } from './leaf.ts';
import { type TreeEdge } from './tree/tiles.ts';

const PAGE = 1_000;

/** A tree with its map. */
export interface Mapped {
  readonly edge: TreeEdge;
  /** Root of the map of heads. */
  readonly heads: Buffer;
}

interface Moved {
  readonly key: Buffer;
  readonly before: Head;
  after: Head;
}

/**
 * Whether the tree and `top` are those of `signed` and the entries since. The heads that these moved are computed from
 * their chains: as they were, put in place of what is there, they must give the map that was signed; as they are, `top`.
 */
export async function isContinued(
  reader: EvidenceReader,
  signed: Mapped,
  now: { readonly edge: TreeEdge; readonly top: UpperTree },
): Promise<boolean> {
  const { top } = now;
  if (signed.edge.size === now.edge.size) return signed.heads.equals(top.root());
  const moved = new Moves(reader, signed.edge.size);
  let { edge } = signed;
  while (edge.size < now.edge.size) {
    const rows = await listPage(reader, { from: edge.size, to: now.edge.size });
    if (rows === undefined) return false;
    ({ edge } = edge.append(rows.map(leafOf)));
    for (const row of rows) await moved.take(row);
  }
  if (!edge.root().equals(now.edge.root())) return false;
  const current = await reader.map.listBuckets(moved.buckets());
  const rootWith = (heads: readonly MapLeaf[]): Buffer => top.rootWith(subtreesOf(withHeads(current, heads)));
  return rootWith(moved.before()).equals(signed.heads) && rootWith(moved.after()).equals(top.root());
}

// `undefined` when one of them is gone.
async function listPage(
  reader: EvidenceReader,
  range: { readonly from: number; readonly to: number },
): Promise<LedgerRow[] | undefined> {
  const page = await reader.listLeaves({ ...range, limit: PAGE });
  const rows = page.flatMap(({ index, entry }, at) =>
    entry === undefined || index !== range.from + at ? [] : [entry],
  );
  return rows.length === 0 || rows.length < page.length ? undefined : rows;
}

/** The heads that entries behind a tree of this size move. */
class Moves {
  readonly #reader: EvidenceReader;
  readonly #size: number;
  readonly #moved = new Map<string, Moved>();

  constructor(reader: EvidenceReader, size: number) {
    this.#reader = reader;
    this.#size = size;
  }

  async take(row: LedgerRow): Promise<void> {
    for (const chain of chainsOf(row)) {
      const key = chainKey(chain);
      const name = key.toString('hex');
      const moved = this.#moved.get(name) ?? { key, ...(await this.#begin(chain)) };
      this.#moved.set(name, moved);
      moved.after = extend(moved.after, row);
    }
  }

  async #begin(chain: ChainName): Promise<{ before: Head; after: Head }> {
    // What was cut off is in the head at the cut; a false one gives another map than was signed.
    let head: Head = (await this.#reader.cutMap.findHead(chainKey(chain))) ?? NO_ENTRIES;
    if (this.#size > 0)
      for await (const entry of this.#reader.walkChain(chain, this.#size)) head = extend(head, entry);
    const { n, digest } = head;
    return { before: { n, digest }, after: { n, digest } };
  }

  buckets(): number[] {
    return [...new Set([...this.#moved.values()].map(({ key }) => bucketOf(key)))];
  }

  before(): MapLeaf[] {
    return [...this.#moved.values()].map(({ key, before }) => ({ key, ...before }));
  }

  after(): MapLeaf[] {
    return [...this.#moved.values()].map(({ key, after }) => ({ key, ...after }));
  }
}
