// The only file that speaks SQL about xorbs and the files that are made of them.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { INDEX_ROW_BYTES, XorbIndex } from './format/xorb-index.ts';
import { type XetHash } from './format/xet-hash.ts';
import { type XetTables } from './tables.ts';
import { Terms, xorbsAround } from './terms.ts';

/** How much is looked for around a chunk. */
export interface MostNear {
  readonly xorbs: number;
  readonly chunks: number;
}

/** Files of a xorb whose other xorbs are looked for, and bytes of each one's terms: the names of 8,192 xorbs. */
const [NEAR_FILES, LONGEST_HEAD] = [4, 4 + 32 * 8_192];

/** A stored xorb: which pack it is, and how many bytes that has. */
export interface Xorb {
  readonly hash: XetHash;
  readonly pack: Sha256;
  readonly packedSize: number;
}

/** A stored xorb with its chunks. */
export interface IndexedXorb extends Xorb {
  readonly index: XorbIndex;
}

/** A file that was verified. */
export interface NewFile {
  readonly hash: XetHash;
  readonly terms: Terms;
  /** The hash of its first chunk; absent for an empty file. */
  readonly firstChunk: Buffer | undefined;
}

/** Reads xorbs and files. */
export class XetReader {
  protected readonly db: Kysely<XetTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<XetTables>();
  }

  /** The generation of a scope; 1 for one of which nothing is known yet. */
  async generationOf(scopeId: Id): Promise<number> {
    const row = await this.db
      .selectFrom('xet.scope')
      .select('generation')
      .where('scope_id', '=', scopeId)
      .executeTakeFirst();
    return row?.generation ?? 1;
  }

  async findXorb(scopeId: Id, hash: XetHash): Promise<Xorb | undefined> {
    const row = await this.db
      .selectFrom('xet.xorb')
      .select(['hash', 'pack', 'packed_size'])
      .where('scope_id', '=', scopeId)
      .where('hash', '=', hash)
      .executeTakeFirst();
    return row && { hash: row.hash, pack: row.pack, packedSize: row.packed_size };
  }

  /** Those of the xorbs that the scope has, with their chunks. */
  async listXorbs(scopeId: Id, hashes: readonly XetHash[]): Promise<IndexedXorb[]> {
    const rows = await this.db
      .selectFrom('xet.xorb')
      .select(['hash', 'pack', 'packed_size', 'chunks'])
      .where('scope_id', '=', scopeId)
      .where(sql<boolean>`hash = any(${hashes}::text[])`)
      .execute();
    return rows.map((row) => ({
      hash: row.hash,
      pack: row.pack,
      packedSize: row.packed_size,
      index: XorbIndex.decode(row.chunks),
    }));
  }

  async findTerms(scopeId: Id, hash: XetHash): Promise<Terms | undefined> {
    const row = await this.db
      .selectFrom('xet.file')
      .select('terms')
      .where('scope_id', '=', scopeId)
      .where('hash', '=', hash)
      .executeTakeFirst();
    return row && Terms.decode(row.terms);
  }

  /** Those of the chunks that their scopes have. */
  async findChunks(chunks: readonly ChunkPlace[]): Promise<ChunkPlace[]> {
    const scopes = chunks.map(({ scopeId }) => scopeId);
    const hashes = chunks.map(({ chunk }) => chunk);
    const { rows } = await sql<ChunkPlace>`
      select c.scope_id as "scopeId", c.hash as chunk
        from unnest(${scopes}::text[], ${hashes}::bytea[]) as w (scope_id, hash)
        join xet.chunk c on c.scope_id = w.scope_id and c.hash = w.hash`.execute(this.db);
    return rows;
  }

  /**
   * The xorb of a scope that has this chunk, and then others of the same files: those that follow it, and then those that precede
   * it. Not more than `most.xorbs`, nor than together have `most.chunks`, but the first in any case.
   */
  async listByChunk(scopeId: Id, chunk: Buffer, most: MostNear): Promise<XetHash[]> {
    const { rows } = await sql<{ first: XetHash; terms: Buffer | null }>`
      with found as (select xorb_hash from xet.chunk where scope_id = ${scopeId} and hash = ${chunk} limit 1)
      select found.xorb_hash as first, substring(f.terms for ${LONGEST_HEAD}::int) as terms
        from found
        left join (xet.use u join xet.file f on f.scope_id = u.scope_id and f.hash = u.file_hash)
          on u.scope_id = ${scopeId} and u.xorb_hash = found.xorb_hash
        limit ${NEAR_FILES}`.execute(this.db);
    const [row] = rows;
    if (row === undefined) return [];
    const { first } = row;
    const around = rows.flatMap(({ terms }) =>
      terms === null ? [] : [xorbsAround(terms, first, most.xorbs)],
    );
    const others = [...around.flatMap(({ after }) => after), ...around.flatMap(({ before }) => before)];
    return await this.#upTo(scopeId, [...new Set([first, ...others])].slice(0, most.xorbs), most.chunks);
  }

  // Before anything of them is read: the index of a xorb is long.
  async #upTo(scopeId: Id, hashes: readonly XetHash[], chunks: number): Promise<XetHash[]> {
    const rows = await this.db
      .selectFrom('xet.xorb')
      .select(['hash', sql<number>`octet_length(chunks)`.as('bytes')])
      .where('scope_id', '=', scopeId)
      .where(sql<boolean>`hash = any(${hashes}::text[])`)
      .execute();
    const counts = new Map(rows.map(({ hash, bytes }) => [hash, bytes / INDEX_ROW_BYTES]));
    let left = chunks;
    return hashes.filter((hash, number) => (left -= counts.get(hash) ?? 0) >= 0 || number === 0);
  }

  /** Whether any scope has a xorb that is this pack. */
  async needsPack(pack: Sha256): Promise<boolean> {
    const row = await this.db
      .selectFrom('xet.xorb')
      .select('hash')
      .where('pack', '=', pack)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** A chunk, and the scope that may have it. */
export interface ChunkPlace {
  readonly scopeId: Id;
  /** Its hash. */
  readonly chunk: Buffer;
}

/** Adds xorbs and files, in the transaction that records the change. */
export class XetWriter extends XetReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Keeps a pack from being removed by anyone else until the transaction ends. */
  async lockPack(pack: Sha256): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`pack/${pack}`}, 0))`.execute(this.db);
  }

  /**
   * Adds a xorb, and the chunks of it that clients ask for. Returns the pack that it is, which may be an earlier one,
   * with its bytes, and whether the scope did not have it yet.
   */
  async insertXorb(
    scopeId: Id,
    xorb: IndexedXorb,
    now: Date,
  ): Promise<{ readonly pack: Sha256; readonly packedSize: number; readonly added: boolean }> {
    const result = await this.db
      .insertInto('xet.xorb')
      .values({
        scope_id: scopeId,
        hash: xorb.hash,
        pack: xorb.pack,
        packed_size: xorb.packedSize,
        raw_size: xorb.index.rawSize,
        chunks: xorb.index.encode(),
        needed_at: now,
      })
      .onConflict((conflict) => conflict.columns(['scope_id', 'hash']).doUpdateSet({ needed_at: now }))
      .returning(['pack', 'packed_size as packedSize', sql<boolean>`xmax = 0`.as('added')])
      .executeTakeFirstOrThrow();
    if (result.added)
      await this.addChunks(
        scopeId,
        askedFor(xorb.index).map((hash) => ({ hash, xorb: xorb.hash })),
      );
    return result;
  }

  /** Lets a xorb of a scope be another pack from now on. */
  async replacePack(scopeId: Id, { hash, pack, packedSize, index }: IndexedXorb): Promise<void> {
    await this.db
      .updateTable('xet.xorb')
      .set({ pack, packed_size: packedSize, chunks: index.encode() })
      .where('scope_id', '=', scopeId)
      .where('hash', '=', hash)
      .execute();
  }

  /**
   * Lets clients find xorbs by these chunks; the first that has a chunk keeps it. In one order, so that two of these
   * never wait for each other.
   */
  async addChunks(
    scopeId: Id,
    chunks: readonly { readonly hash: Buffer; readonly xorb: XetHash }[],
  ): Promise<void> {
    if (chunks.length === 0) return;
    await sql`insert into xet.chunk (scope_id, hash, xorb_hash)
      select ${scopeId}, c.hash, c.xorb from unnest(${chunks.map(({ hash }) => hash)}::bytea[],
        ${chunks.map(({ xorb }) => xorb)}::text[]) as c (hash, xorb) order by c.hash on conflict do nothing`.execute(
      this.db,
    );
  }

  /** Keeps xorbs that are about to be named to a client for as long as it may name them. */
  async touchXorbs(scopeId: Id, hashes: readonly XetHash[], now: Date): Promise<void> {
    await sql`update xet.xorb set needed_at = ${now}
      where scope_id = ${scopeId} and hash = any(${hashes}::text[])
        and needed_at < ${now}::timestamptz - interval '1 day'`.execute(this.db);
  }

  /**
   * Keeps these xorbs of a scope from being removed until the transaction ends, in one order, so that two of these
   * never wait for each other. Returns those that are there.
   */
  async holdXorbs(scopeId: Id, hashes: readonly XetHash[]): Promise<ReadonlySet<XetHash>> {
    const rows = await this.db
      .selectFrom('xet.xorb')
      .select('hash')
      .where('scope_id', '=', scopeId)
      .where(sql<boolean>`hash = any(${hashes}::text[])`)
      .orderBy('hash')
      .forKeyShare()
      .execute();
    return new Set(rows.map((row) => row.hash));
  }

  /**
   * Adds files that need xorbs which are held; clients may then ask for their first chunks. Those that are there are
   * held until the transaction ends: their objects are about to be, too. In one order, so that two shards of a scope
   * that name the same new files never wait for each other.
   */
  async insertFiles(scopeId: Id, files: readonly NewFile[], storedAt: Date): Promise<void> {
    const byHash = new Map(files.map((file) => [file.hash, file]));
    const list = [...byHash.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
    const { rows } = await sql<{ hash: XetHash }>`with written as (
        insert into xet.file (scope_id, hash, size, terms, stored_at)
          select ${scopeId}, f.hash, f.size, f.terms, ${storedAt} from unnest(
            ${list.map(({ hash }) => hash)}::text[], ${list.map(({ terms }) => terms.size)}::bigint[],
            ${list.map(({ terms }) => terms.encode())}::bytea[]) as f (hash, size, terms)
        on conflict (scope_id, hash) do update set stored_at = excluded.stored_at
        returning hash, xmax = 0 as added)
      select hash from written where added`.execute(this.db);
    const added = rows.map(({ hash }) => byHash.get(hash)).filter((file) => file !== undefined);
    const uses = added.flatMap(({ hash, terms }) => terms.xorbs.map((xorb) => [xorb, hash] as const));
    await sql`insert into xet.use (scope_id, xorb_hash, file_hash)
      select ${scopeId}, u.xorb, u.file from unnest(
        ${uses.map(([xorb]) => xorb)}::text[], ${uses.map(([, hash]) => hash)}::text[]) as u (xorb, file)`.execute(
      this.db,
    );
    const chunks = added.flatMap(({ terms, firstChunk }) =>
      firstChunk === undefined ? [] : [{ hash: firstChunk, xorb: terms.at(0).xorb }],
    );
    await this.addChunks(scopeId, chunks);
  }

  /** Says which of these xorbs, which are held, files are made of now. In one order, as all who lock them. */
  async markUsed(scopeId: Id, hashes: readonly XetHash[]): Promise<void> {
    await sql`with fresh as (
        select x.hash from xet.xorb x
         where x.scope_id = ${scopeId} and x.hash = any(${hashes}::text[]) and not x.used
           and exists (select from xet.use u where u.scope_id = x.scope_id and u.xorb_hash = x.hash)
         order by x.hash for no key update)
      update xet.xorb x set used = true from fresh where x.scope_id = ${scopeId} and x.hash = fresh.hash`.execute(
      this.db,
    );
  }
}

/** Clients ask for the chunks whose hash is divisible by 1024, beside the first of each file. */
function askedFor(index: XorbIndex): Buffer[] {
  const asked: Buffer[] = [];
  for (let chunk = 0; chunk < index.count; chunk += 1) {
    const hash = index.hashAt(chunk);
    if ((hash.readUInt16LE(24) & 1023) === 0) asked.push(hash);
  }
  return asked;
}
