// Finds what may be cut off, and cuts it off, in one transaction.
import { sql } from 'kysely';
import { type Tx } from '@holdfast/platform/postgres/database';
import { EvidenceReader } from './evidence-store.ts';
import { type LaneEnd } from './order.ts';
import { type StoredCheckpoint, type StoredCut } from './tree-store.ts';

/** Reads and writes as the notary, within a cut. */
export class CutWriter extends EvidenceReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Holds the tree, so that nobody orders or cuts meanwhile. */
  async lockTree(): Promise<void> {
    await sql`select from notary.tree for update`.execute(this.db);
  }

  /**
   * The checkpoint to cut at: signed before this minute, as the database has it, and at most `limit` entries beyond `from`, where there
   * is one; else the next one.
   */
  async findCheckpointToCut(wanted: {
    readonly from: number;
    readonly minute: number;
    readonly limit: number;
  }): Promise<StoredCheckpoint | undefined> {
    const { from, minute, limit } = wanted;
    const { rows } = await sql<StoredCheckpoint>`
      select size, note from notary.checkpoint where minute < ${minute} and size > ${from}
       order by size > ${from + limit}, case when size > ${from + limit} then size else -size end limit 1`.execute(
      this.db,
    );
    return rows[0];
  }

  /** Puts the cut down, and where the lanes stood there. */
  async putCut({ size, lanes, note }: StoredCut, ends: readonly LaneEnd[]): Promise<void> {
    await sql`
      insert into notary.cut (size, lanes, note) values (${size}, ${lanes}, ${note})
      on conflict (single) do update set size = excluded.size, lanes = excluded.lanes, note = excluded.note`.execute(
      this.db,
    );
    await sql`
      insert into notary.cut_lane (writer, lane, n, head)
      select * from unnest(${ends.map(({ writer }) => writer)}::name[], ${ends.map(({ lane }) => lane)}::smallint[],
        ${ends.map(({ n }) => n)}::bigint[], ${ends.map(({ head }) => head)}::text[])
      on conflict (writer, lane) do update set n = excluded.n, head = excluded.head`.execute(this.db);
  }

  /** Deletes entries from the old cut to the new one, their leaves, and checkpoints of smaller trees. */
  async deleteBelow({ from, to }: { readonly from: number; readonly to: number }): Promise<void> {
    await sql`
      delete from ledger.entry e using notary.leaf l join notary.writer w on w.id = l.writer
       where l.index >= ${from} and l.index < ${to} and e.writer = w.name and e.lane = l.lane and e.n = l.n`.execute(
      this.db,
    );
    await sql`delete from notary.leaf where index < ${to}`.execute(this.db);
    await sql`delete from notary.checkpoint where size < ${to}`.execute(this.db);
  }
}
