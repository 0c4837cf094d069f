// Reads and changes what is wanted of programs, whose they are, and how they are.
import { sql, type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type RunStage, type Told } from './model.ts';
import { type SpaceTables } from './tables.ts';

/** A Space that runs a program, as far as its runner is concerned. */
export interface RunRow {
  readonly repoId: Id;
  /** Whether it runs a program, and is not deleted. */
  readonly program: boolean;
  readonly generation: number;
  readonly factory: number;
  /** The wish that followed the last secret which was deleted; 0: there was none. */
  readonly takenBack: number;
  /** The hub whose runner has it. */
  readonly holder: string | null;
  readonly told: Told | undefined;
}

/** Changes since one look, and from where the next goes on. */
export interface Changes {
  readonly rows: readonly RunRow[];
  readonly next: string;
}

type Row = {
  repo_id: Id;
  program: boolean;
  generation: number;
  factory: number;
  taken_back: number;
  holder: string | null;
  told_generation: number | null;
  stage: string | null;
  message: string | null;
  run_id: Id | null;
  run_commit: string | null;
  run_started_at: Date | null;
};

const COLUMNS = [
  ...([
    'repo_id',
    'program',
    'generation',
    'factory',
    'taken_back',
    'holder',
    'told_generation',
    'stage',
    'message',
  ] as const),
  ...(['run_id', 'run_commit', 'run_started_at'] as const),
] as const;

/** Reads runs. */
export class RunReader {
  protected readonly db: Kysely<SpaceTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SpaceTables>();
  }

  /** One Space. */
  async find(repoId: Id): Promise<RunRow | undefined> {
    const row = await this.db
      .selectFrom('spaces.run')
      .select(COLUMNS)
      .where('repo_id', '=', repoId)
      .executeTakeFirst();
    return row && toRun(row);
  }

  /** What changed since a look, or for a first one what this hub has. A change may be found twice, and none is missed. */
  async changes(hub: string, since: string | undefined): Promise<Changes> {
    // Asked before: what is under way by now is at or behind this, and what is not can be seen.
    const { rows: found } = await sql<{ next: string }>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as next`.execute(this.db);
    const query = this.db.selectFrom('spaces.run').select(COLUMNS);
    const rows = await (
      since === undefined
        ? query.where('holder', '=', hub)
        : query.where('changed_in', '>=', sql<string>`${since}::xid8`)
    ).execute();
    return { rows: rows.map(toRun), next: found[0]?.next ?? '0' };
  }

  /** Whether the lease of the hub that has a Space has not ended. */
  async isLeased(hub: string): Promise<boolean> {
    const row = await this.db
      .selectFrom('spaces.runner')
      .select('hub')
      .where('hub', '=', hub)
      .where('lease_until', '>', sql<Date>`now()`)
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** Changes runs. */
export class RunWriter extends RunReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /**
   * Notes that something else is wanted; `newRun`: what runs is to be replaced, `factory`: and made anew from the ground, `takesBack`: and
   * may have something that no run is to have any more.
   */
  async change(
    repoId: Id,
    wish: { readonly newRun: boolean; readonly factory?: boolean; readonly takesBack?: boolean },
  ): Promise<void> {
    await this.db
      .updateTable('spaces.run')
      .set((row) => ({
        changed_in: sql<string>`pg_current_xact_id()`,
        ...(wish.newRun && { generation: row('generation', '+', 1) }),
        ...(wish.newRun && wish.takesBack === true && { taken_back: row('generation', '+', 1) }),
        ...(wish.factory === true && { factory: row('factory', '+', 1) }),
      }))
      .where('repo_id', '=', repoId)
      .execute();
  }

  /** Renews the lease of a hub, and has it take the Spaces that nobody has. One whose hub is late is nobody's. */
  async hold(hub: string, seconds: number): Promise<void> {
    const until = sql<Date>`now() + ${seconds} * interval '1 second'`;
    await this.db
      .insertInto('spaces.runner')
      .values({ hub, lease_until: until })
      .onConflict((conflict) => conflict.column('hub').doUpdateSet({ lease_until: until }))
      .execute();
    await this.db
      .updateTable('spaces.run as r')
      // What ran was its last hub's, and cannot be reached from here.
      .set({
        ...{ holder: hub, changed_in: sql<string>`pg_current_xact_id()` },
        ...{ run_id: null, run_commit: null, run_started_at: null },
      })
      .where('r.program', '=', true)
      .where(
        sql<boolean>`r.holder is null or not exists (
          select from spaces.runner h where h.hub = r.holder and h.lease_until > now())`,
      )
      .execute();
  }

  /** Gives all Spaces of a hub away: it cannot run them. */
  async release(hub: string): Promise<void> {
    await this.db.deleteFrom('spaces.runner').where('hub', '=', hub).execute();
    await this.db
      .updateTable('spaces.run')
      .set({ holder: null, changed_in: sql<string>`pg_current_xact_id()` })
      .where('holder', '=', hub)
      .execute();
  }

  /** Keeps what the runner of this hub said, unless it lost the Space or has said more since. Returns whether it counts. */
  async tell(repoId: Id, hub: string, told: Told): Promise<boolean> {
    const { serving } = told;
    const { numUpdatedRows } = await this.db
      .updateTable('spaces.run')
      .set({
        told_generation: told.generation,
        stage: told.stage,
        message: told.message,
        run_id: serving?.run ?? null,
        run_commit: serving?.commit ?? null,
        run_started_at: serving?.startedAt ?? null,
      })
      .where('repo_id', '=', repoId)
      .where('holder', '=', hub)
      .where('generation', '>=', told.generation)
      .where((where) =>
        where.or([where('told_generation', 'is', null), where('told_generation', '<=', told.generation)]),
      )
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Notes that nothing of a Space runs, because nothing is wanted. */
  async tellNothing(repoId: Id): Promise<void> {
    const nothing = { told_generation: null, stage: null, message: null };
    await this.db
      .updateTable('spaces.run')
      .set({ ...nothing, run_id: null, run_commit: null, run_started_at: null })
      .where('repo_id', '=', repoId)
      .execute();
  }

  /** Forgets a Space that is gone. One that a runner has is forgotten once that was told. */
  async forget(repoId: Id, hub: string | null): Promise<void> {
    await this.db
      .deleteFrom('spaces.run')
      .where('repo_id', '=', repoId)
      .where('program', '=', false)
      .where((where) => where.or([where('holder', 'is', null), where('holder', '=', hub ?? '')]))
      .execute();
  }
}

function toRun(row: Row): RunRow {
  const { repo_id: repoId, program, generation, factory, taken_back: takenBack, holder } = row;
  return { repoId, program, generation, factory, takenBack, holder, told: toldIn(row) };
}

function toldIn(row: Row): Told | undefined {
  const { told_generation: generation, stage, message, run_id: run, run_commit: commit } = row;
  if (generation === null || stage === null) return undefined;
  const startedAt = row.run_started_at;
  const serving =
    run === null || commit === null || startedAt === null ? null : { run, commit: commit as Sha1, startedAt };
  return { generation, stage: stage as RunStage, message, serving };
}
