// Reads the tree, the map of heads and the checkpoints. Whoever may read the schema can prove with it.
import { sql } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type LedgerDb } from './entry-store.ts';
import { BUCKET_DEPTH, bucketOf, MIDDLE_DEPTH, type Placed, UpperTree } from './heads/top.ts';
import { type MapLeaf } from './heads/trie.ts';
import { type LaneEnd } from './order.ts';
import { type NodeReader } from './tree/proof.ts';
import { nodeOf, partialTiles, placeOfNode, TreeEdge } from './tree/tiles.ts';
import { type NotaryTables } from './tables.ts';

/** The tree as the database has it. */
export interface StoredTree {
  readonly size: number;
  readonly root: Buffer;
  readonly heads: Buffer;
}

/** A signed checkpoint that was kept. */
export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
}

/** Reads what the notary wrote. */
export class TreeReader {
  protected readonly db: LedgerDb;

  constructor(db: Db | Tx) {
    this.db = db.withTables<NotaryTables>();
  }

  /** The tree's size and roots. */
  async getTree(): Promise<StoredTree> {
    return await this.db
      .selectFrom('notary.tree')
      .select(['size', 'root', 'heads'])
      .executeTakeFirstOrThrow();
  }

  /** The right edge of a tree of this size. Throws a `RangeError` when tiles are missing. */
  async openEdge(size: number): Promise<TreeEdge> {
    const places = partialTiles(size);
    if (places.length === 0) return TreeEdge.from(size, []);
    const tiles = await this.db
      .selectFrom('notary.tile')
      .select(['level', 'index', 'hashes'])
      .where((where) => where.or(places.map(({ level, index }) => where.and({ level, index }))))
      .execute();
    return TreeEdge.from(size, tiles);
  }

  /** Reads nodes, each tile once. */
  nodes(): NodeReader {
    const tiles = new Map<string, Promise<Buffer>>();
    return async (level, index) => {
      const place = placeOfNode(level, index);
      const name = `${String(place.level)}/${String(place.index)}`;
      const tile = tiles.get(name) ?? this.#readTile(place);
      tiles.set(name, tile);
      return nodeOf(await tile, place);
    };
  }

  async #readTile({ level, index }: { level: number; index: number }): Promise<Buffer> {
    const row = await this.db
      .selectFrom('notary.tile')
      .select('hashes')
      .where('level', '=', level)
      .where('index', '=', index)
      .executeTakeFirst();
    if (row === undefined) throw new RangeError(`tile ${String(level)}/${String(index)} is not there`);
    return row.hashes;
  }

  /** The upper levels of the map of heads. */
  async openTop(): Promise<UpperTree> {
    const top = new UpperTree(BUCKET_DEPTH);
    const rows = await this.db.selectFrom('notary.bucket').select(['bucket', 'keys', 'hash']).execute();
    top.set(rows.map(({ bucket, keys, hash }) => ({ place: bucket, subtree: { count: keys, hash } })));
    return top;
  }

  /** Nodes of the map at half the depth of its buckets. */
  async listMiddle(): Promise<Placed[]> {
    const rows = await this.db.selectFrom('notary.middle').select(['middle', 'keys', 'hash']).execute();
    return rows.map(({ middle, keys, hash }) => ({ place: middle, subtree: { count: keys, hash } }));
  }

  /** Buckets below one of them, by their last bits. */
  async listBelow(middle: number): Promise<Placed[]> {
    const width = 2 ** (BUCKET_DEPTH - MIDDLE_DEPTH);
    const rows = await this.db
      .selectFrom('notary.bucket')
      .select(['bucket', 'keys', 'hash'])
      .where('bucket', '>=', middle * width)
      .where('bucket', '<', (middle + 1) * width)
      .execute();
    return rows.map(({ bucket, keys, hash }) => ({ place: bucket % width, subtree: { count: keys, hash } }));
  }

  /** What is in a bucket, sorted by key. */
  async listBucket(bucket: number): Promise<MapLeaf[]> {
    return (await this.listBuckets([bucket])).get(bucket) ?? [];
  }

  /** What is in these buckets, sorted by key. */
  async listBuckets(buckets: readonly number[]): Promise<Map<number, MapLeaf[]>> {
    const { rows } = await sql<MapLeaf>`
      select key, n, digest from notary.head where bucket = any(${buckets}::integer[]) order by key`.execute(
      this.db,
    );
    const found = new Map<number, MapLeaf[]>(buckets.map((bucket) => [bucket, []]));
    for (const leaf of rows) found.get(bucketOf(leaf.key))?.push(leaf);
    return found;
  }

  /** How far the notary ordered each lane. */
  async listOrderedLanes(): Promise<LaneEnd[]> {
    return await this.db.selectFrom('notary.lane').select(['writer', 'lane', 'n', 'head']).execute();
  }

  /** The newest checkpoint that was kept. */
  async findLastCheckpoint(): Promise<StoredCheckpoint | undefined> {
    return await this.db
      .selectFrom('notary.checkpoint')
      .select(['size', 'note'])
      .orderBy('minute', 'desc')
      .limit(1)
      .executeTakeFirst();
  }
}
