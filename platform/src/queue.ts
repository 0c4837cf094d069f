// Jobs that commit with the change that needs them: graphile-worker on the same PostgreSQL.
import { run as runWorker, runMigrations, type Runner, type TaskList, Logger } from 'graphile-worker';
import { sql } from 'kysely';
import { type Pool } from 'pg';
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Tx } from './postgres/database.ts';
import { type Log } from './log.ts';

/** What a job does. The payload is what was stored; parse it before use. */
export type JobWork = (payload: unknown, signal: AbortSignal) => Promise<void>;

/** A job to be done. */
export interface Job {
  readonly task: string;
  readonly payload: Json;
  /** Jobs with the same key replace one another while they wait. */
  readonly key?: string;
  readonly runAt?: Date;
}

/** Queues a job: it runs once this transaction has committed, and never if it rolls back. */
export async function enqueue(tx: Tx, job: Job): Promise<void> {
  await sql`select graphile_worker.add_job(
      ${job.task}, payload := ${JSON.stringify(job.payload)}::json,
      job_key := ${job.key ?? null}, run_at := ${job.runAt ?? null})`.execute(tx.withTables<never>());
}

/** Makes the queue's tables, as the owner, and lets the group role work on them. */
export async function migrateQueue(pool: Pool, group: string): Promise<void> {
  await runMigrations({ pgPool: pool });
  await pool.query(`
    grant usage on schema graphile_worker to ${group};
    grant all on all tables in schema graphile_worker to ${group};
    grant usage, select on all sequences in schema graphile_worker to ${group};
    grant execute on all functions in schema graphile_worker to ${group};
    do $$ declare t text; begin
      -- Only where it is missing: making one waits until nobody uses the table.
      for t in select tablename from pg_tables where schemaname = 'graphile_worker' and rowsecurity
          except select tablename from pg_policies where schemaname = 'graphile_worker' and policyname = 'granted' loop
        -- For all roles, so that none can throw it away (drop owned by); the grants above say which ones get as far.
        execute format('create policy granted on graphile_worker.%I using (true) with check (true)', t);
      end loop;
    end $$;`);
}

/** What a worker does. */
export interface Work {
  readonly tasks: Readonly<Record<string, JobWork>>;
  /** Cron lines, in UTC: `17 * * * * task`. Several hubs on one database run each once. */
  readonly schedule: readonly string[];
}

/** Runs queued jobs until it is disposed; jobs under way then end first. */
export class Worker {
  readonly #runner: Runner;

  private constructor(runner: Runner) {
    this.#runner = runner;
  }

  static async open(pool: Pool, work: Work, log: Log): Promise<Worker> {
    const taskList: TaskList = {};
    for (const [name, run] of Object.entries(work.tasks))
      taskList[name] = async (payload, helpers) => {
        await run(payload, helpers.abortSignal ?? new AbortController().signal);
      };
    const runner = await runWorker({
      pgPool: pool,
      taskList,
      concurrency: 2,
      noHandleSignals: true,
      noPreparedStatements: false,
      crontab: work.schedule.join('\n'),
      logger: new Logger(() => (level, message) => {
        if (level === 'error' || level === 'warning') log.warn({ queue: level }, message);
      }),
    });
    return new Worker(runner);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.stop();
  }
}
