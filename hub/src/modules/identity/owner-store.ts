// The only file that speaks SQL about who administers an organisation, and about its policies.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type OrgPolicy } from './model.ts';
import { type IdentityTables } from './tables.ts';

/** Reads the policies of organisations, and who decides them. */
export class PolicyReader {
  protected readonly db: Kysely<IdentityTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<IdentityTables>();
  }

  /** Who administers an organisation and can sign in. */
  async listAdministrators(orgId: Id): Promise<Id[]> {
    const rows = await this.owners(orgId).select('m.user_id').where('u.disabled_at', 'is', null).execute();
    return rows.map(({ user_id }) => user_id);
  }

  protected owners(orgId: Id) {
    return this.db
      .selectFrom('identity.membership as m')
      .innerJoin('identity.account as u', 'u.id', 'm.user_id')
      .where('m.org_id', '=', orgId)
      .where('m.role', '=', 'admin');
  }

  async get(orgId: Id): Promise<OrgPolicy> {
    const row = await this.db
      .selectFrom('identity.account')
      .select([
        ...(['requires_second_factor', 'refuses_classic', 'approves_tokens'] as const),
        ...(['most_token_days', 'private_by_default'] as const),
      ])
      .where('id', '=', orgId)
      .executeTakeFirstOrThrow();
    return {
      requiresSecondFactor: row.requires_second_factor,
      refusesClassic: row.refuses_classic,
      approvesTokens: row.approves_tokens,
      mostTokenDays: row.most_token_days,
      privateByDefault: row.private_by_default,
    };
  }
}

/** Holds organisations while they are changed. */
export class OwnerStore extends PolicyReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Who administers the organisation, held until the transaction ends: two who go at once must not both be let go. */
  async hold(orgId: Id): Promise<Id[]> {
    await this.db
      .selectFrom('identity.account')
      .select('id')
      .where('id', '=', orgId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return await this.listOwners(orgId);
  }

  /** Who administers the organisation, whether they can or not. */
  async listOwners(orgId: Id): Promise<Id[]> {
    const rows = await this.owners(orgId).select('m.user_id').execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** Of those who administer the organisation, who reaches it: neither who is disabled, nor who lacks the factor it asks for. */
  async listAble(orgId: Id): Promise<Id[]> {
    const rows = await this.owners(orgId)
      .innerJoin('identity.account as o', 'o.id', 'm.org_id')
      .select('m.user_id')
      .where('u.disabled_at', 'is', null)
      .where((e) =>
        e.or([e('o.requires_second_factor', '=', false), e('u.second_factor_at', 'is not', null)]),
      )
      .execute();
    return rows.map(({ user_id }) => user_id);
  }

  async change(orgId: Id, policy: Partial<OrgPolicy>): Promise<void> {
    const { requiresSecondFactor, refusesClassic, approvesTokens, mostTokenDays, privateByDefault } = policy;
    await this.db
      .updateTable('identity.account')
      .set({
        ...(requiresSecondFactor !== undefined && { requires_second_factor: requiresSecondFactor }),
        ...(refusesClassic !== undefined && { refuses_classic: refusesClassic }),
        ...(approvesTokens !== undefined && { approves_tokens: approvesTokens }),
        ...(mostTokenDays !== undefined && { most_token_days: mostTokenDays }),
        ...(privateByDefault !== undefined && { private_by_default: privateByDefault }),
      })
      .where('id', '=', orgId)
      .execute();
  }
}
