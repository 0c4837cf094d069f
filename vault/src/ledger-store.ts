// Records what the vault does, and sees whether it stands under a checkpoint that the notary signed.
import { createHash, randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { entryBody } from '@holdfast/kernel/brokering/mask-entry';
import { maskKeys } from '@holdfast/kernel/brokering/mask-keys';
import { type Json } from '@holdfast/kernel/canonical-json';
import { entryColumns, toLedgerRow, type EntryRow } from '@holdfast/notary/entry-store';
import { type LedgerRow } from '@holdfast/notary/leaf';
import { TreeReader } from '@holdfast/notary/tree-store';
import { type NodeReader } from '@holdfast/notary/tree/proof';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type NamedRoot } from './named-root.ts';
import { type VaultTables } from './tables.ts';

/** What is recorded. The writer is set by the database. */
export interface VaultEntry {
  readonly kind: `secret.${string}`;
  readonly subject: string;
  readonly actor: string;
  readonly credential: string;
  readonly body: { readonly [key: string]: Json | undefined };
  /** Erasable values, of which the entry holds salted commitments. */
  readonly personal?: Readonly<Record<string, string>>;
}

/** An entry as it was written, and the digest that the database gave it. */
export interface WrittenEntry extends Pick<VaultEntry, 'kind' | 'subject' | 'actor' | 'credential'> {
  readonly body: string;
  readonly hash: string;
}

/** An entry as the database has it, and which leaf it is. */
export interface OrderedEntry {
  readonly row: LedgerRow;
  readonly index: number;
}

/** Appends entries in the transaction of the acts that they record. Returns them, in order. */
export async function recordEntries(tx: Tx, entries: readonly VaultEntry[]): Promise<WrittenEntry[]> {
  const written: WrittenEntry[] = [];
  for (const entry of entries) written.push(await recordOne(tx.withTables<VaultTables>(), entry));
  return written;
}

async function recordOne(db: Kysely<VaultTables>, entry: VaultEntry): Promise<WrittenEntry> {
  const { kind, subject, actor, credential } = entry;
  const personal = Object.entries(entry.personal ?? {}).map(([field, said]) => {
    // What people wrote may hold a key, which an entry would keep for ever (threat 19).
    const value = maskKeys(said);
    const salt = randomBytes(16);
    return { field, value, salt, commitment: createHash('sha256').update(salt).update(value).digest('hex') };
  });
  const commitments = Object.fromEntries(personal.map((one) => [one.field, one.commitment]));
  const body = entryBody({ ...entry.body, ...(personal.length > 0 && { personal: commitments }) });
  const { rows } = await sql<{ hash: string }>`
    insert into ledger.entry (kind, subject, actor, credential, body)
    values (${kind}, ${subject}, ${actor}, ${credential}, ${body}) returning hash`.execute(db);
  const hash = rows[0]?.hash;
  if (hash === undefined) throw new Error('the ledger took an entry and returned no digest');
  if (personal.length > 0)
    await db
      .insertInto('ledger.personal')
      .values(personal.map(({ field, value, salt }) => ({ entry: hash, field, value, salt })))
      .execute();
  return { kind, subject, actor, credential, body, hash };
}

/** Which root key the vaults of this database named last; what others than vaults say of it counts for nothing. */
export async function findNamedRoot(db: Db | Tx): Promise<NamedRoot | undefined> {
  // Of one generation the first name counts. A lost key that was given up leaves the number of the one that is to be made.
  const { rows } = await sql<NamedRoot>`
    select (e.body::jsonb ->> 'generation')::int as generation, e.body::jsonb ->> 'key' as name
      from ledger.entry as e join pg_roles as r on r.rolname = e.writer
     where e.subject = 'vault:root' and e.kind in ('secret.root-named', 'secret.begun-anew')
       and e.body::jsonb ->> 'generation' ~ '^[1-9][0-9]{0,8}$'
       and pg_has_role(r.oid, 'holdfast_vault', 'usage') and not r.rolsuper
     order by 1 desc, e.body::jsonb ->> 'key' is null, e.at limit 1`.execute(db.withTables<VaultTables>());
  return rows[0];
}

/** Reads the ledger. */
export class LedgerReader {
  readonly #db: Kysely<VaultTables>;
  readonly #tree: TreeReader;

  constructor(db: Db) {
    this.#db = db.withTables<VaultTables>();
    this.#tree = new TreeReader(db);
  }

  /** Which leaves these entries are; fewer than asked for while some are not ordered, or are not there any more. */
  async listOrdered(hashes: readonly string[]): Promise<OrderedEntry[]> {
    const { rows } = await sql<EntryRow & { readonly index: number }>`
      select ${entryColumns}, l.index from ledger.entry as e
        join notary.writer as w on w.name = e.writer
        join notary.leaf as l on l.writer = w.id and l.lane = e.lane and l.n = e.n
       where e.hash in (${sql.join([...hashes])})`.execute(this.#db);
    return rows.map((row) => ({ row: toLedgerRow(row), index: row.index }));
  }

  /** What vaults of this database recorded of the release of versions to the door of a run. What others say of it counts for nothing. */
  async listReleases(run: string, versions: readonly string[]): Promise<WrittenEntry[]> {
    const subjects = versions.map((version) => `secret:${version}`);
    const { rows } = await sql<WrittenEntry>`
      select e.kind, e.subject, e.actor, e.credential, e.body, e.hash
        from ledger.entry as e join pg_roles as r on r.rolname = e.writer
       where e.subject = any(${subjects}::text[]) and e.kind = 'secret.released'
         and e.body::jsonb ->> 'run' = ${run} and e.body::jsonb ->> 'holder' = 'door'
         and pg_has_role(r.oid, 'holdfast_vault', 'usage') and not r.rolsuper`.execute(this.#db);
    return rows;
  }

  /** Reads nodes of the tree. */
  nodes(): NodeReader {
    return this.#tree.nodes();
  }

  /** The note of the newest checkpoint. */
  async findNote(): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('notary.checkpoint')
      .select('note')
      .orderBy('minute', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.note;
  }

  /** Whether this role recorded that the run's possession ended. What others say of it counts for nothing. */
  async tellsEnd(run: string): Promise<boolean> {
    const { rows } = await sql`
      select 1 from vault.held as h join ledger.entry as e on e.subject = 'secret:' || h.version
       where h.run = ${run} and e.kind in ('secret.ended', 'secret.aborted') and e.writer = current_user
         and e.body::jsonb ->> 'run' = ${run} limit 1`.execute(this.#db);
    return rows.length > 0;
  }

  /** Whether a vault of this database recorded that it took the run's tag, because its key was given up. */
  async tellsUntagged(run: string): Promise<boolean> {
    const { rows } = await sql`
      select 1 from ledger.entry as e join pg_roles as r on r.rolname = e.writer
       where e.subject = 'vault:root' and e.kind = 'secret.run-untagged' and e.body::jsonb -> 'runs' ? ${run}
         and pg_has_role(r.oid, 'holdfast_vault', 'usage') and not r.rolsuper limit 1`.execute(this.#db);
    return rows.length > 0;
  }

  /** The numbers of the journal that the last entries of this role name. */
  async listJournalNumbers(writer: string): Promise<number[]> {
    const { rows } = await sql<{ n: number }>`
      select distinct (last.body::jsonb #>> '{journal,n}')::bigint as n
        from ledger.lane as at, lateral (
          select body from ledger.entry as e
           where e.writer = at.writer and e.lane = at.lane order by e.n desc limit 1000) as last
       where at.writer = ${writer} and last.body::jsonb #>> '{journal,n}' is not null`.execute(this.#db);
    return rows.map(({ n }) => n);
  }
}
