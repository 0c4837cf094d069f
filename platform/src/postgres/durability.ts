// Whether the server keeps what it acknowledged when the power goes: a ledger that can lose entries it confirmed is none.
import { type Pool } from 'pg';
import { IncidentWatch } from '../incident-watch.ts';
import { type Log } from '../log.ts';

/** Asks again and again, because who administers a server can have it read its settings anew while it runs. */
export class Durability {
  readonly #pool: Pick<Pool, 'query'>;
  #lacks: readonly string[] | undefined;

  constructor(pool: Pick<Pool, 'query'>) {
    this.#pool = pool;
  }

  /** The settings that are not as they must be, such as `fsync=off`; `undefined` when nobody can tell. */
  get lacks(): readonly string[] | undefined {
    return this.#lacks;
  }

  /** Asks the database. */
  async read(): Promise<void> {
    this.#lacks = await listLacks(this.#pool).catch(() => undefined);
  }
}

/** Tells of a server that does not wait for its disk, and that it waits again. */
export function watchDurability(
  durability: Pick<Durability, 'read' | 'lacks'>,
  log: Pick<Log, 'warn' | 'info'>,
): IncidentWatch<readonly string[]> {
  return new IncidentWatch({
    read: async () => {
      await durability.read();
      return durability.lacks;
    },
    isWrong: (lacks) => lacks.length > 0,
    tell(isWrong, settings) {
      const loss = 'a power cut would lose what was acknowledged, entries of the ledger too';
      if (isWrong) log.warn({ settings }, `PostgreSQL does not wait for its disk: ${loss}`);
      else log.info('PostgreSQL waits for its disk again');
    },
  });
}

/** Refuses to go on where an acknowledged commit could be lost. */
export async function requireDurability(pool: Pick<Pool, 'query'>): Promise<void> {
  const lacks = await listLacks(pool);
  if (lacks.length === 0) return;
  const names = lacks.map((lack) => lack.slice(0, lack.indexOf('='))).join(', ');
  throw new Error(
    `PostgreSQL runs with ${lacks.join(', ')}: a power cut would lose commits that were acknowledged, and entries of the ` +
      `ledger with them. Set ${names} to on, in postgresql.conf or with ALTER SYSTEM, have the server read it ` +
      `(select pg_reload_conf()), and start again. Every connection asks for synchronous_commit itself: where that is off, ` +
      `a pooler in between drops what connections ask for, and the hub must reach the server without it.`,
  );
}

// Connections of ours ask for synchronous commits themselves; one that has none all the same goes through a pooler that
// dropped what it was told.
async function listLacks(pool: Pick<Pool, 'query'>): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
      where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting in ('off', 'local')
      order by name`,
  );
  return rows.map(({ name, setting }) => `${name}=${setting}`);
}
