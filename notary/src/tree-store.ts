// Reads the tree, the map of heads and the checkpoints. Whoever may read the schema can prove with it.
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Cut, NO_CUT } from './cut.ts';
import { type LedgerDb } from './entry-store.ts';
import { MapStore } from './map-store.ts';
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

/** A cut with the checkpoint of the tree that was cut off. */
export interface StoredCut extends Cut {
  readonly note: string;
}

/** Reads what the notary wrote. */
export class TreeReader {
  protected readonly db: LedgerDb;
  /** The newest map of heads. */
  readonly map: MapStore;
  /** The map of heads as it was at the cut. */
  readonly cutMap: MapStore;

  constructor(db: Db | Tx) {
    this.db = db.withTables<NotaryTables>();
    this.map = new MapStore(this.db, 'newest');
    this.cutMap = new MapStore(this.db, 'cut');
  }

  /** The tree's size and roots. */
  async getTree(): Promise<StoredTree> {
    return await this.db
      .selectFrom('notary.tree')
      .select(['size', 'root', 'heads'])
      .executeTakeFirstOrThrow();
  }

  /** How much is cut off; nothing, and no checkpoint, where nothing is. */
  async getCut(): Promise<StoredCut> {
    const row = await this.db.selectFrom('notary.cut').select(['size', 'lanes', 'note']).executeTakeFirst();
    return row ?? { ...NO_CUT, note: '' };
  }

  /** Where the lanes stood at the cut. */
  async listCutLanes(): Promise<LaneEnd[]> {
    return await this.db.selectFrom('notary.cut_lane').select(['writer', 'lane', 'n', 'head']).execute();
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
