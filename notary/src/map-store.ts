// Reads and writes a map of heads: the newest one, or the one at the cut. Both have the same three tables.
import { sql } from 'kysely';
import { type LedgerDb } from './entry-store.ts';
import { type ChainHead } from './heads/moves.ts';
import { BUCKET_DEPTH, bucketOf, type MapReader, MIDDLE_DEPTH, type Placed, UpperTree } from './heads/top.ts';
import { type MapLeaf } from './heads/trie.ts';

/** Whose tables. */
export type MapName = 'newest' | 'cut';

interface BucketRow {
  readonly place: number;
  readonly keys: number;
  readonly hash: Buffer;
}

/** One map. */
export class MapStore implements MapReader {
  readonly #db: LedgerDb;
  readonly #prefix: string;

  constructor(db: LedgerDb, name: MapName) {
    this.#db = db;
    this.#prefix = name === 'newest' ? 'notary.' : 'notary.cut_';
  }

  #table(name: 'head' | 'bucket' | 'middle') {
    return sql.table(this.#prefix + name);
  }

  /** The upper levels. */
  async openTop(): Promise<UpperTree> {
    const top = new UpperTree(BUCKET_DEPTH);
    const { rows } =
      await sql<BucketRow>`select bucket as place, keys, hash from ${this.#table('bucket')}`.execute(
        this.#db,
      );
    top.set(rows.map(toPlaced));
    return top;
  }

  /** Nodes at half the depth of the buckets. */
  async listMiddle(): Promise<Placed[]> {
    const { rows } =
      await sql<BucketRow>`select middle as place, keys, hash from ${this.#table('middle')}`.execute(
        this.#db,
      );
    return rows.map(toPlaced);
  }

  /** Buckets below one of them, by their last bits. */
  async listBelow(middle: number): Promise<Placed[]> {
    const width = 2 ** (BUCKET_DEPTH - MIDDLE_DEPTH);
    const { rows } = await sql<BucketRow>`
      select bucket % ${width} as place, keys, hash from ${this.#table('bucket')}
       where bucket >= ${middle * width} and bucket < ${(middle + 1) * width}`.execute(this.#db);
    return rows.map(toPlaced);
  }

  /** What is in a bucket, sorted by key. */
  async listBucket(bucket: number): Promise<MapLeaf[]> {
    return (await this.listBuckets([bucket])).get(bucket) ?? [];
  }

  /** What is in these buckets, sorted by key. */
  async listBuckets(buckets: readonly number[]): Promise<Map<number, MapLeaf[]>> {
    const { rows } = await sql<MapLeaf>`
      select key, n, digest from ${this.#table('head')} where bucket = any(${buckets}::integer[])
       order by key`.execute(this.#db);
    const found = new Map<number, MapLeaf[]>(buckets.map((bucket) => [bucket, []]));
    for (const leaf of rows) found.get(bucketOf(leaf.key))?.push(leaf);
    return found;
  }

  /** The head with this key. */
  async findHead(key: Buffer): Promise<MapLeaf | undefined> {
    const { rows } = await sql<MapLeaf>`
      select key, n, digest from ${this.#table('head')} where key = ${key}`.execute(this.#db);
    return rows[0];
  }

  /** All heads with their names, page by page, in the order of their keys. */
  async *walkHeads(limit: number): AsyncGenerator<ChainHead> {
    for (let after = Buffer.alloc(0); ;) {
      const { rows } = await sql<MapLeaf & { relation: 'to' | 'by'; name: string }>`
        select key, relation, name, n, digest from ${this.#table('head')} where key > ${after}
         order by key limit ${limit}`.execute(this.#db);
      for (const { relation, name, ...head } of rows) yield { ...head, chain: { relation, name } };
      const last = rows.at(-1);
      if (last === undefined || rows.length < limit) return;
      after = Buffer.from(last.key);
    }
  }

  /** Puts the heads in their places. Within a round, or a cut. */
  async putHeads(heads: readonly ChainHead[]): Promise<void> {
    await sql`
      insert into ${this.#table('head')} (key, relation, name, n, digest)
      select * from unnest(${heads.map((head) => head.key)}::bytea[],
        ${heads.map((head) => head.chain.relation)}::text[], ${heads.map((head) => head.chain.name)}::text[],
        ${heads.map((head) => head.n)}::bigint[], ${heads.map((head) => head.digest)}::bytea[])
      on conflict (key) do update set n = excluded.n, digest = excluded.digest`.execute(this.#db);
  }

  /** Puts the buckets in their places. */
  async putBuckets(changed: readonly Placed[]): Promise<void> {
    await this.#put('bucket', changed);
  }

  /** Puts nodes at half that depth in their places. */
  async putMiddle(changed: readonly Placed[]): Promise<void> {
    await this.#put('middle', changed);
  }

  async #put(name: 'bucket' | 'middle', changed: readonly Placed[]): Promise<void> {
    await sql`
      insert into ${this.#table(name)} (${sql.ref(name)}, keys, hash)
      select * from unnest(${changed.map(({ place }) => place)}::integer[],
        ${changed.map(({ subtree }) => subtree.count)}::bigint[],
        ${changed.map(({ subtree }) => subtree.hash)}::bytea[])
      on conflict (${sql.ref(name)}) do update set keys = excluded.keys, hash = excluded.hash`.execute(
      this.#db,
    );
  }
}

function toPlaced({ place, keys, hash }: BucketRow): Placed {
  return { place, subtree: { count: keys, hash } };
}
