// SQL about the values that sessions have after their first.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type SessionTables } from './tables.ts';
import { type KeptValue } from './values.ts';

/** A value beside the seal of its row. */
export interface SealedValue {
  readonly value: KeptValue;
  readonly mac: Buffer;
}

/** More than these do not follow one another while one request is under way. */
const MOST = 8;

/** The latest of a session after its first, newest first. */
export async function listValues(on: Db | Tx, sessionId: Id): Promise<SealedValue[]> {
  const db: Kysely<SessionTables> = on.withTables<SessionTables>();
  const rows = await db
    .selectFrom('sessions.value as v')
    .leftJoin('sessions.shown as s', (join) =>
      join.onRef('s.session_id', '=', 'v.session_id').onRef('s.number', '=', 'v.number'),
    )
    .select(['v.number', 'v.digest', 'v.standing', 'v.made_at', 'v.mac', 's.number as shown'])
    .where('v.session_id', '=', sessionId)
    .orderBy('v.number', 'desc')
    .limit(MOST)
    .execute();
  return rows.map(({ made_at: madeAt, mac, shown, ...value }) => ({
    value: { ...value, madeAt, isShown: shown !== null },
    mac,
  }));
}

/** Notes that a browser has shown a value. */
export async function insertShown(db: Db | Tx, sessionId: Id, number: number): Promise<void> {
  await db
    .withTables<SessionTables>()
    .insertInto('sessions.shown')
    .values({ session_id: sessionId, number })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Whether a session has not ended; it does not before the transaction does. */
export async function lockLive(tx: Tx, sessionId: Id): Promise<boolean> {
  const row = await tx
    .withTables<SessionTables>()
    .selectFrom('sessions.session')
    .select('id')
    .where('id', '=', sessionId)
    .where('ended_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

/** Adds a value. Returns false where another request, here or in another hub, has added that of this number. */
export async function insertValue(tx: Tx, sessionId: Id, { value, mac }: SealedValue): Promise<boolean> {
  const { number, digest, standing, madeAt } = value;
  if (standing === null) throw new Error('a value that follows another has a standing');
  const result = await tx
    .withTables<SessionTables>()
    .insertInto('sessions.value')
    .values({ session_id: sessionId, number, digest, standing, made_at: madeAt, mac })
    .onConflict((conflict) => conflict.columns(['session_id', 'number']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
