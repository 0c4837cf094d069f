// The only file that speaks SQL about second factors.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type SessionTables } from './tables.ts';

const PAGE = 100;

/** Which seed: of whom, and its number. */
export interface SeedName {
  readonly userId: Id;
  /** Chosen when it was set up, and never again. */
  readonly enrolment: Id;
}

/** A seed as it is kept, its number, and whether the vault sealed it. */
export interface KeptSeed {
  readonly enrolment: Id;
  readonly seed: Buffer;
  readonly inVault: boolean;
}

/** A second factor as it is kept. */
export interface SecondFactorRow extends KeptSeed {
  readonly lastStep: number;
  readonly confirmedAt: Date | null;
}

/** Reads second factors. */
export class FactorReader {
  protected readonly db: Kysely<SessionTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SessionTables>();
  }

  async find(userId: Id): Promise<SecondFactorRow | undefined> {
    const row = await this.db
      .selectFrom('sessions.second_factor')
      .selectAll()
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { seed, enrolment, in_vault: inVault, last_step: lastStep, confirmed_at: confirmedAt } = row;
    return { seed, enrolment, inVault, lastStep, confirmedAt };
  }

  /** Some of the seeds that the vault does not have, of users behind this one. */
  async listOutside(userId: string): Promise<(SeedName & { readonly seed: Buffer })[]> {
    return await this.db
      .selectFrom('sessions.second_factor')
      .select(['user_id as userId', 'enrolment', 'seed'])
      .where('in_vault', '=', false)
      .where('user_id', '>', userId as Id)
      .orderBy('user_id')
      .limit(PAGE)
      .execute();
  }

  /** How many recovery codes are left. */
  async countCodes(userId: Id): Promise<number> {
    const row = await this.db
      .selectFrom('sessions.recovery_code')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('user_id', '=', userId)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return row?.n ?? 0;
  }
}

/**
 * Ends all recovery codes, and gives how many were left. In a state that was put back none can tell whether it was used since, and one that was
 * would open the account to who saw it.
 */
export async function endRecoveryCodes(tx: Tx, at: Date): Promise<number> {
  const result = await tx
    .withTables<SessionTables>()
    .updateTable('sessions.recovery_code')
    .set({ used_at: at })
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Changes second factors, in the transaction that records the change. */
export class FactorWriter extends FactorReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Keeps a seed that is not confirmed yet, in place of another such. False where one is confirmed. */
  async begin(userId: Id, { seed, enrolment, inVault: in_vault }: KeptSeed): Promise<boolean> {
    const result = await this.db
      .insertInto('sessions.second_factor')
      .values({ user_id: userId, seed, last_step: 0, confirmed_at: null, in_vault, enrolment })
      .onConflict((conflict) =>
        conflict
          .column('user_id')
          .doUpdateSet({ seed, last_step: 0, in_vault, enrolment })
          .where('sessions.second_factor.confirmed_at', 'is', null),
      )
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  /** Keeps what the vault made of a seed in place of what the hub's key had sealed. */
  async moveSeed(
    { userId, enrolment }: SeedName,
    seed: { readonly before: Buffer; readonly kept: Buffer },
  ): Promise<void> {
    await this.db
      .updateTable('sessions.second_factor')
      .set({ seed: seed.kept, in_vault: true })
      .where('user_id', '=', userId)
      .where('enrolment', '=', enrolment)
      .where('seed', '=', seed.before)
      .execute();
  }

  /**
   * Takes the code of a step, once: of two that take it at the same time one is told `false`, and so is who was looked at with a seed
   * in whose place there is another now.
   */
  async takeStep({ userId, enrolment }: SeedName, step: number, confirmAt?: Date): Promise<boolean> {
    const result = await this.db
      .updateTable('sessions.second_factor')
      .set({ last_step: step, ...(confirmAt !== undefined && { confirmed_at: confirmAt }) })
      .where('user_id', '=', userId)
      .where('enrolment', '=', enrolment)
      .where('last_step', '<', step)
      .where('confirmed_at', confirmAt === undefined ? 'is not' : 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Takes a recovery code, once. */
  async takeCode(userId: Id, digest: string, at: Date): Promise<boolean> {
    const result = await this.db
      .updateTable('sessions.recovery_code')
      .set({ used_at: at })
      .where('user_id', '=', userId)
      .where('digest', '=', digest)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Puts these codes in place of all there were. */
  async replaceCodes(userId: Id, digests: readonly string[]): Promise<void> {
    await this.db.deleteFrom('sessions.recovery_code').where('user_id', '=', userId).execute();
    await this.db
      .insertInto('sessions.recovery_code')
      .values(digests.map((digest) => ({ user_id: userId, digest, used_at: null })))
      .execute();
  }

  /** Removes the factor and its codes. Returns whether there was one. */
  async remove(userId: Id): Promise<boolean> {
    await this.db.deleteFrom('sessions.recovery_code').where('user_id', '=', userId).execute();
    const result = await this.db
      .deleteFrom('sessions.second_factor')
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  }
}
