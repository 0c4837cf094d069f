// Rows of secrets: the keys of Spaces and the versions under them.
import { sql, type Kysely, type Selectable } from 'kysely';
import { BrokeredSecret } from '@holdfast/door/run/lease';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { z } from 'zod';
import { type KeptVersion, type SealedIn, type Version, type Way } from './model.ts';
import { type VaultTables } from './tables.ts';

/** The key of a Space, wrapped. */
export interface WrappedKey {
  readonly space: string;
  readonly generation: number;
  readonly wrapped: Buffer;
}

/** The same while nobody else writes it. */
export interface LockedKey extends WrappedKey {
  /** Since when it could read something that is destroyed; `null`: nothing. */
  readonly renewSince: Date | null;
}

/** A value that was sealed in a browser, by digest, and the day of the key that opened it. */
export interface TakenValue {
  readonly digest: string;
  readonly day: number;
}

/** What stands in place of a Space where a key is that of all seeds of second factors. */
export const SEEDS = 'seeds';
/** And where it is the one before it. */
export const SEEDS_BEFORE = 'seeds before';
/** They go with a rotation alone: what gives a Space another key would leave every second factor under one that is gone. */
const OF_SEEDS: readonly string[] = [SEEDS, SEEDS_BEFORE];

/** Whether a key is one of seeds, and of no Space. */
export function isOfSeeds(space: string): boolean {
  return OF_SEEDS.includes(space);
}

/** Reads secrets. */
export class SecretReader {
  readonly #db: Kysely<VaultTables>;

  constructor(db: Db | Tx) {
    this.#db = db.withTables<VaultTables>();
  }

  /** Whether the vault of another hub is signed in to this database: each keeps one connection while it is there. */
  async isShared(): Promise<boolean> {
    const { rows } = await sql<{ shared: boolean }>`
      select exists (select from pg_stat_activity a join pg_roles r on r.oid = a.usesysid
        where a.datname = current_database() and a.usename <> current_user and not r.rolsuper
          and pg_has_role(a.usesysid, 'holdfast_vault', 'usage')) as shared`.execute(this.#db);
    return rows[0]?.shared === true;
  }

  /** Versions of a Space that have a value. */
  async listKept(space: string): Promise<KeptVersion[]> {
    const rows = await this.#db
      .selectFrom('vault.version')
      .selectAll()
      .where('space', '=', space)
      .where('value', 'is not', null)
      .orderBy('name')
      .orderBy('n')
      .execute();
    return rows.map(toVersion);
  }

  /** Of these versions, those that have a value. */
  async listVersions(ids: readonly string[]): Promise<KeptVersion[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db
      .selectFrom('vault.version')
      .selectAll()
      .where('id', 'in', [...ids])
      .where('value', 'is not', null)
      .execute();
    return rows.map(toVersion);
  }

  /** The newest versions of a Space that were lost with a root key, and neither set anew nor deleted since. */
  async listLost(space: string): Promise<KeptVersion[]> {
    const rows = await this.#db
      .selectFrom('vault.version')
      .selectAll()
      .distinctOn('name')
      .where('space', '=', space)
      .orderBy('name')
      .orderBy('n', 'desc')
      .execute();
    return rows.filter((row) => row.lost_at !== null).map(toVersion);
  }

  /** All secrets that have a value, by Space and name. */
  async listNames(): Promise<{ readonly space: string; readonly name: string }[]> {
    return await this.#db
      .selectFrom('vault.version')
      .select(['space', 'name'])
      .distinct()
      .where('value', 'is not', null)
      .orderBy('space')
      .orderBy('name')
      .execute();
  }

  /** Spaces that have a value whose overlap is over. */
  async listOverdue(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('vault.version')
      .select('space')
      .distinct()
      .where('value', 'is not', null)
      .where('live_until', '<=', sql<Date>`clock_timestamp()`)
      .where('space', 'not in', OF_SEEDS)
      .execute();
    return rows.map(({ space }) => space);
  }

  /** The key of a Space; `undefined` where it never had a secret, or was forgotten. */
  async findKey(space: string): Promise<WrappedKey | undefined> {
    return await this.#db
      .selectFrom('vault.space_key')
      .selectAll()
      .where('space', '=', space)
      .executeTakeFirst();
  }

  /** Spaces that are owed another key. */
  async listRenewals(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('vault.space_key')
      .select('space')
      .where('renew_since', 'is not', null)
      .where('space', 'not in', OF_SEEDS)
      .orderBy('space')
      .execute();
    return rows.map(({ space }) => space);
  }

  /** Keys of Spaces and seeds behind this one, at most `limit`, in order. */
  async listKeysAfter(space: string, limit: number): Promise<WrappedKey[]> {
    return await this.#db
      .selectFrom('vault.space_key')
      .selectAll()
      .where('space', '>', space)
      .orderBy('space')
      .limit(limit)
      .execute();
  }

  /** The last generation under which there are keys; 1 where there are none. */
  async lastGeneration(): Promise<number> {
    const row = await this.#db
      .selectFrom('vault.space_key')
      .select(({ fn }) => fn.max('generation').as('last'))
      .where('generation', '<', 100_000_000)
      .executeTakeFirst();
    return row?.last ?? 1;
  }

  /** Of whom there are keys under generations before this one. */
  async listBefore(generation: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('vault.space_key')
      .select('space')
      .where('generation', '<', generation)
      .orderBy('space')
      .execute();
    return rows.map(({ space }) => space);
  }

  /** How much there is: keys of Spaces and of seeds, Spaces, and secrets. */
  async count(): Promise<{ readonly keys: number; readonly spaces: number; readonly secrets: number }> {
    const { rows } = await sql<{ keys: number; spaces: number; secrets: number }>`
      select (select count(*) from vault.space_key) as keys,
        (select count(*) from vault.space_key where space not in (${SEEDS}, ${SEEDS_BEFORE})) as spaces,
        (select count(distinct (space, name)) from vault.version where value is not null) as secrets`.execute(
      this.#db,
    );
    return rows[0] ?? { keys: 0, spaces: 0, secrets: 0 };
  }
}

/** Writes secrets. */
export class SecretWriter {
  readonly #db: Kysely<VaultTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<VaultTables>();
  }

  /**
   * The key of a Space, locked against other writers; this one where there was none. A row and no advisory lock, which every
   * role could hold.
   */
  async lockKey({ space, generation, wrapped }: WrappedKey): Promise<WrappedKey> {
    await this.#db
      .insertInto('vault.space_key')
      .values({ space, generation, wrapped, renew_since: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return await this.#db
      .selectFrom('vault.space_key')
      .selectAll()
      .where('space', '=', space)
      .forUpdate()
      .executeTakeFirstOrThrow();
  }

  /** The key of a Space, locked; `undefined` where it has none any more. */
  async findLockedKey(space: string): Promise<LockedKey | undefined> {
    const row = await this.#db
      .selectFrom('vault.space_key')
      .selectAll()
      .where('space', '=', space)
      .forUpdate()
      .executeTakeFirst();
    return row && { ...row, renewSince: row.renew_since };
  }

  /** Waits for all who write keys, and lets nobody write one until the end of the transaction. */
  async lockAllKeys(): Promise<void> {
    await sql`lock table vault.space_key in exclusive mode`.execute(this.#db);
  }

  /** Sets the key of a Space, which is owed no other from then on. */
  async putKey({ space, generation, wrapped }: WrappedKey): Promise<void> {
    const key = { generation, wrapped, renew_since: null };
    await this.#db
      .insertInto('vault.space_key')
      .values({ space, ...key })
      .onConflict((conflict) => conflict.column('space').doUpdateSet(key))
      .execute();
  }

  /** The Space is owed another key. */
  async oweRenewal(space: string): Promise<void> {
    await this.#db
      .updateTable('vault.space_key')
      .set({ renew_since: sql<Date>`coalesce(renew_since, clock_timestamp())` })
      .where('space', '=', space)
      .execute();
  }

  /** Destroys the key of a Space. */
  async dropKey(space: string): Promise<void> {
    await this.#db.deleteFrom('vault.space_key').where('space', '=', space).execute();
  }

  /** The number of the next version of a name. */
  async nextNumber(space: string, name: string): Promise<number> {
    const row = await this.#db
      .selectFrom('vault.version')
      .select(({ fn }) => fn.max('n').as('n'))
      .where('space', '=', space)
      .where('name', '=', name)
      .executeTakeFirst();
    return (row?.n ?? 0) + 1;
  }

  async insert(version: Version, value: Buffer): Promise<void> {
    const { id, space, name, n, way, provider, description, bytes } = version;
    await this.#db
      .insertInto('vault.version')
      .values({
        ...{ id, space, name, n, way, provider, description, bytes, value },
        hosts: [...version.hosts],
        sealed_in: version.sealedIn,
        places: JSON.stringify(version.places),
        expires_at: version.expiresAt,
      })
      .execute();
  }

  /** Notes that a value that was sealed in a browser is taken; `false`: it was taken before. */
  async take({ digest, day }: TakenValue): Promise<boolean> {
    const taken = await this.#db
      .insertInto('vault.sealed_value')
      .values({ digest, day })
      .onConflict((conflict) => conflict.doNothing())
      .returning('digest')
      .executeTakeFirst();
    return taken !== undefined;
  }

  /** Forgets what was taken before a day, because no key opens it any more. */
  async forgetTaken(day: number): Promise<void> {
    await this.#db.deleteFrom('vault.sealed_value').where('day', '<', day).execute();
  }

  /** The same version under another key. */
  async replaceValue(id: string, value: Buffer): Promise<void> {
    // One that was destroyed meanwhile stays destroyed.
    const update = this.#db.updateTable('vault.version').set({ value });
    await update.where('id', '=', id).where('value', 'is not', null).execute();
  }

  /** The version may be used until then; from then on its value is nobody's. */
  async endVersion(id: string, until: Date): Promise<void> {
    await this.#db.updateTable('vault.version').set({ live_until: until }).where('id', '=', id).execute();
  }

  /** Destroys every ciphertext and every key, and marks the versions as lost. Gives those that had a value. */
  async loseAll(): Promise<KeptVersion[]> {
    await this.#db.deleteFrom('vault.space_key').execute();
    const now = sql<Date>`clock_timestamp()`;
    const rows = await this.#db
      .updateTable('vault.version')
      .set({ value: null, lost_at: now, live_until: sql<Date>`coalesce(live_until, clock_timestamp())` })
      .where('value', 'is not', null)
      .returningAll()
      .execute();
    return rows.map(toVersion);
  }

  /** What was lost of a Space, or of one name in it, is not to be set anew any more. */
  async forgetLost(space: string, name?: string): Promise<void> {
    const all = this.#db.updateTable('vault.version').set({ lost_at: null }).where('space', '=', space);
    await (name === undefined ? all : all.where('name', '=', name)).execute();
  }

  /** Destroys the ciphertext of versions. */
  async eraseValues(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .updateTable('vault.version')
      .set({ value: null, live_until: sql<Date>`coalesce(live_until, clock_timestamp())` })
      .where('id', 'in', [...ids])
      .execute();
  }

  /** Counts uses of a version. */
  async countUses(id: string, uses: number): Promise<void> {
    await this.#db
      .updateTable('vault.version')
      .set({ uses: sql<number>`uses + ${uses}` })
      .where('id', '=', id)
      .execute();
  }

  /** The version is being used from now on, or was until now. */
  async touch(id: string): Promise<void> {
    await this.#db
      .updateTable('vault.version')
      .set({ last_used_at: sql<Date>`clock_timestamp()` })
      .where('id', '=', id)
      .execute();
  }

  /** The value of a version was seen in an answer. */
  async markEchoed(id: string): Promise<void> {
    await this.#db
      .updateTable('vault.version')
      .set({ echoed_at: sql<Date>`coalesce(echoed_at, clock_timestamp())` })
      .where('id', '=', id)
      .execute();
  }
}

const Places = z.array(BrokeredSecret.shape.places.element);

function toVersion(row: Selectable<VaultTables['vault.version']>): KeptVersion {
  return {
    ...{ id: row.id, space: row.space, name: row.name, n: row.n, hosts: row.hosts },
    way: row.way as Way,
    // The database may say anything: what it changed does not open.
    places: Places.parse(row.places),
    ...{ provider: row.provider, expiresAt: row.expires_at, description: row.description },
    sealedIn: row.sealed_in as SealedIn,
    ...{ bytes: row.bytes, value: row.value, createdAt: row.created_at, liveUntil: row.live_until },
    ...{ uses: row.uses, lastUsedAt: row.last_used_at, echoedAt: row.echoed_at },
  };
}
