// Reads entries with their places in the tree, for exports and proofs.
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { entryColumns, toLedgerRow, type EntryRow } from './entry-store.ts';
import { type ChainName } from './heads/chain.ts';
import { type LedgerRow } from './leaf.ts';
import { HASH_BYTES } from './tree/hash.ts';
import { TILE_WIDTH } from './tree/tiles.ts';
import { type StoredCheckpoint, TreeReader } from './tree-store.ts';

/** A leaf, and its entry where that is still there. */
export interface OrderedEntry {
  readonly index: number;
  readonly place: Pick<LedgerRow, 'writer' | 'lane' | 'n'>;
  readonly entry: LedgerRow | undefined;
}

interface LeafRow extends EntryRow {
  readonly index: number;
  readonly leaf_writer: string;
  readonly leaf_lane: number;
  readonly leaf_n: number;
}

/** Digests that are read at once. */
const DIGESTS = 10_000;
/** Checkpoints that are read at once. */
const NOTES = 1_000;

/** Tiles that are read at once. */
const TILES = 100;

/** Digests of up to 256 leaves, one after the other. */
export interface LeafTile {
  readonly index: number;
  readonly hashes: Buffer;
}

/** A checkpoint with its place among those of its size. */
export interface PlacedCheckpoint extends StoredCheckpoint {
  readonly minute: number;
}

/** Reads leaves with their entries. */
export class EvidenceReader extends TreeReader {
  /** Leaves from `from` on, before `to`, at most `limit`. */
  async listLeaves(range: { from: number; to: number; limit: number }): Promise<OrderedEntry[]> {
    // The page first, and then one look-up for each leaf: left to itself, a planner without statistics reads all entries
    // for every page.
    const { rows } = await sql<LeafRow>`
      select l.index, w.name as leaf_writer, l.lane as leaf_lane, l.n as leaf_n, ${entryColumns}
        from (
          select * from notary.leaf where index >= ${range.from} and index < ${range.to} order by index limit ${range.limit}
        ) l
        join notary.writer w on w.id = l.writer
        left join lateral (
          select * from ledger.entry x where x.writer = w.name and x.lane = l.lane and x.n = l.n offset 0) e on true
       order by l.index`.execute(this.db);
    return rows.map(toOrdered);
  }

  /** The leaf of the entry with this digest. */
  async findLeaf(hash: string): Promise<OrderedEntry | undefined> {
    const { rows } = await sql<LeafRow>`
      select l.index, w.name as leaf_writer, l.lane as leaf_lane, l.n as leaf_n, ${entryColumns}
        from ledger.entry e join notary.writer w on w.name = e.writer
        join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n
       where e.hash = ${hash}`.execute(this.db);
    return rows.map(toOrdered)[0];
  }

  /** Entries of a chain in the order of their leaves, before `size`. */
  async listChain({ relation, name }: ChainName, size: number): Promise<LedgerRow[]> {
    const ofChain = relation === 'to' ? sql`e.subject = ${name}` : sql`e.credential = ${name}`;
    const { rows } = await sql<EntryRow>`
      select ${entryColumns}
        from ledger.entry e join notary.writer w on w.name = e.writer
        join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n
       where ${ofChain} and l.index < ${size} order by l.index`.execute(this.db);
    return rows.map(toLedgerRow);
  }

  /** Digests of the entries of a chain in the order of their leaves, before `size`: a chain may be of any length. */
  async *walkChain({ relation, name }: ChainName, size: number): AsyncGenerator<Pick<LedgerRow, 'hash'>> {
    const ofChain = relation === 'to' ? sql`e.subject = ${name}` : sql`e.credential = ${name}`;
    for (let from = 0; ;) {
      const { rows } = await sql<{ index: number; hash: Sha256 }>`
        select l.index, e.hash
          from ledger.entry e join notary.writer w on w.name = e.writer
          join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n
         where ${ofChain} and l.index >= ${from} and l.index < ${size} order by l.index limit ${DIGESTS}`.execute(
        this.db,
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < DIGESTS) return;
      from = last.index + 1;
    }
  }

  /** The tiles of the first `size` leaves in their order; of the last one those that are before `size`. */
  async *walkLeafTiles(size: number): AsyncGenerator<LeafTile> {
    for (let from = 0; from * TILE_WIDTH < size;) {
      const page = await this.db
        .selectFrom('notary.tile')
        .select(['index', 'hashes'])
        .where('level', '=', 0)
        .where('index', '>=', from)
        .where('index', '<', Math.ceil(size / TILE_WIDTH))
        .orderBy('index')
        .limit(TILES)
        .execute();
      for (const { index, hashes } of page)
        yield { index, hashes: hashes.subarray(0, (size - index * TILE_WIDTH) * HASH_BYTES) };
      const last = page.at(-1);
      // What is missing here is missed by whoever computes the root.
      if (last === undefined) return;
      from = last.index + 1;
    }
  }

  /** Entries that are no leaf before `size`: those that wait or are not signed yet, and those that somebody put in. */
  async listUnordered(size: number, limit: number): Promise<LedgerRow[]> {
    const { rows } = await sql<EntryRow>`
      select ${entryColumns} from ledger.entry e
        left join notary.writer w on w.name = e.writer
        left join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n
       where l.index is null or l.index >= ${size} order by e.writer, e.lane, e.n limit ${limit}`.execute(
      this.db,
    );
    return rows.map(toLedgerRow);
  }

  /** The checkpoint of the largest tree. */
  async findLargestCheckpoint(): Promise<PlacedCheckpoint | undefined> {
    return await this.#checkpoints()
      .orderBy('size', 'desc')
      .orderBy('minute', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  /** Checkpoints that were kept before this one, the smallest tree first. There are as many as minutes with acts. */
  async *walkCheckpoints(last: PlacedCheckpoint): AsyncGenerator<StoredCheckpoint> {
    for (let after = { size: -1, minute: 0 }; ;) {
      const page = await this.#checkpoints()
        .where(sql<boolean>`(size, minute) > (${after.size}, ${after.minute})`)
        .where(sql<boolean>`(size, minute) < (${last.size}, ${last.minute})`)
        .orderBy('size')
        .orderBy('minute')
        .limit(NOTES)
        .execute();
      yield* page;
      const end = page.at(-1);
      if (end === undefined || page.length < NOTES) return;
      after = end;
    }
  }

  /** The checkpoint of a tree of this size, where one was kept. */
  async findCheckpointAt(size: number): Promise<StoredCheckpoint | undefined> {
    return await this.#checkpoints()
      .where('size', '=', size)
      .orderBy('minute', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  #checkpoints() {
    return this.db.selectFrom('notary.checkpoint').select(['minute', 'size', 'note']);
  }
}

function toOrdered(row: LeafRow): OrderedEntry {
  const place = { writer: row.leaf_writer, lane: row.leaf_lane, n: row.leaf_n };
  // What was deleted comes as a row of nothing.
  const isThere = (row.hash as string | null) !== null;
  return { index: row.index, place, entry: isThere ? toLedgerRow(row) : undefined };
}
