// Writes the order of entries: leaves, tiles, heads and lanes, in the transaction of one round.
import { sql } from 'kysely';
import { type Tx } from '@holdfast/platform/postgres/database';
import { entryColumns, toLedgerRow, type EntryRow } from './entry-store.ts';
import { type LedgerRow } from './leaf.ts';
import { type LaneEnd, laneKey } from './order.ts';
import { type StoredTree, TreeReader } from './tree-store.ts';
import { type Tile } from './tree/tiles.ts';

/** Entries of one lane that a round takes at most. */
const PER_LANE = 125;

/** Reads and writes as the notary, within a round. */
export class OrderWriter extends TreeReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** The tree, which nobody else can change until this transaction ends. */
  async lockTree(): Promise<StoredTree> {
    const { rows } = await sql<StoredTree>`select size, root, heads from notary.tree for update`.execute(
      this.db,
    );
    const [tree] = rows;
    if (tree === undefined) throw new Error('the row of the tree is not there');
    return tree;
  }

  /**
   * Entries that are visible and not ordered. Lanes have no gaps, and a lane's row is held until its transaction ends:
   * what is visible of a lane never skips a transaction that commits late. `leaves`: one round may not take all of a lane.
   */
  async listWaiting(): Promise<{ readonly rows: LedgerRow[]; readonly leaves: boolean }> {
    const { rows } = await sql<EntryRow>`
      select e.* from ledger.lane l
        left join notary.lane o on o.writer = l.writer and o.lane = l.lane
        cross join lateral (
          select ${entryColumns} from ledger.entry e
           where e.writer = l.writer and e.lane = l.lane and e.n > coalesce(o.n, 0)
           order by e.n limit ${PER_LANE}) e`.execute(this.db);
    const lanes = Object.values(Object.groupBy(rows, laneKey));
    return { rows: rows.map(toLedgerRow), leaves: lanes.some((lane) => lane?.length === PER_LANE) };
  }

  /** Numbers the rows as leaves from `first` on. */
  async putLeaves(first: number, rows: readonly LedgerRow[]): Promise<void> {
    const numbers = await this.#numbersOf([...new Set(rows.map((row) => row.writer))]);
    await sql`
      insert into notary.leaf (index, writer, lane, n)
      select * from unnest(${rows.map((_, at) => first + at)}::bigint[],
        ${rows.map((row) => numbers.get(row.writer))}::smallint[], ${rows.map((row) => row.lane)}::smallint[],
        ${rows.map((row) => row.n)}::bigint[])`.execute(this.db);
  }

  async #numbersOf(writers: readonly string[]): Promise<Map<string, number>> {
    await sql`
      insert into notary.writer (id, name)
      select (select coalesce(max(id), 0) from notary.writer) + row_number() over (), w
        from unnest(${writers}::name[]) w where not exists (select from notary.writer where name = w)`.execute(
      this.db,
    );
    const { rows } = await sql<{ id: number; name: string }>`
      select id, name from notary.writer where name = any(${writers}::name[])`.execute(this.db);
    return new Map(rows.map(({ id, name }) => [name, id]));
  }

  /** Puts the tiles in their places. */
  async putTiles(tiles: readonly Tile[]): Promise<void> {
    await sql`
      insert into notary.tile (level, index, hashes)
      select * from unnest(${tiles.map(({ level }) => level)}::smallint[],
        ${tiles.map(({ index }) => index)}::bigint[], ${tiles.map(({ hashes }) => hashes)}::bytea[])
      on conflict (level, index) do update set hashes = excluded.hashes`.execute(this.db);
  }

  /** Puts down how far the lanes are ordered. */
  async putLanes(lanes: readonly LaneEnd[]): Promise<void> {
    await sql`
      insert into notary.lane (writer, lane, n, head)
      select * from unnest(${lanes.map(({ writer }) => writer)}::name[], ${lanes.map(({ lane }) => lane)}::smallint[],
        ${lanes.map(({ n }) => n)}::bigint[], ${lanes.map(({ head }) => head)}::text[])
      on conflict (writer, lane) do update set n = excluded.n, head = excluded.head`.execute(this.db);
  }

  /** Puts down the tree's new size and roots. */
  async putTree({ size, root, heads }: StoredTree): Promise<void> {
    await this.db.updateTable('notary.tree').set({ size, root, heads }).execute();
  }

  /** Keeps a checkpoint: the last one of its minute. */
  async putCheckpoint(time: string, { size, note }: { size: number; note: string }): Promise<void> {
    const minute = Math.floor(Date.parse(time) / 60_000);
    await sql`
      insert into notary.checkpoint (minute, size, note) values (${minute}, ${size}, ${note})
      on conflict (minute) do update set size = excluded.size, note = excluded.note
        where notary.checkpoint.size <= excluded.size`.execute(this.db);
  }

  /**
   * Puts a checkpoint with further signatures in its place, which `gather` adds to those that it has; one that took its place meanwhile
   * stays. Several witnesses answer at once: each finds what the one before it added.
   */
  async putSigned(note: string, gather: (kept: string) => string | undefined): Promise<void> {
    const { rows } = await sql<{ minute: number; note: string }>`select minute, note from notary.checkpoint
      where minute = (select max(minute) from notary.checkpoint) and starts_with(note, ${note}) for update`.execute(
      this.db,
    );
    for (const kept of rows) {
      const signed = gather(kept.note);
      if (signed !== undefined)
        await sql`update notary.checkpoint set note = ${signed} where minute = ${kept.minute}`.execute(
          this.db,
        );
    }
  }
}
