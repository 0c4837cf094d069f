// The only file that speaks SQL about accounts, names and memberships.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { isUniqueViolation } from '@holdfast/platform/postgres/faults';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Role } from '#modules/access';
import { emailTaken, nameTaken } from './faults.ts';
import { lookalikeKey, nameKey, type Account, type Membership } from './model.ts';
import { type IdentityTables } from './tables.ts';

/** One member of an organisation. */
export interface Member {
  readonly user: Account;
  readonly role: Role;
  readonly since: Date;
}

/** An account beside what it is signed in to with. */
export interface SignInRow {
  readonly account: Account;
  /** The password's digest, or `null` where the account has none. */
  readonly password: string | null;
  /** Sessions that began before are over. */
  readonly signedOutAt: Date | null;
  /** Since when a second factor is asked for; `null` where none is. */
  readonly secondFactorAt: Date | null;
}

/** Reads accounts. */
export class AccountReader {
  protected readonly db: Kysely<IdentityTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<IdentityTables>();
  }

  /** The account that has this name now, whatever its letter case. */
  async findByName(name: string): Promise<Account | undefined> {
    const row = await this.db
      .selectFrom('identity.name as n')
      .innerJoin('identity.account as a', 'a.id', 'n.account_id')
      .selectAll('a')
      .where('n.key', '=', nameKey(name))
      .where('n.state', '=', 'live')
      .executeTakeFirst();
    return row && toAccount(row);
  }

  async findById(id: Id): Promise<Account | undefined> {
    const row = await this.db
      .selectFrom('identity.account')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toAccount(row);
  }

  /** What the account is called now that has or had this name; the name itself where none lives that did. */
  async presentName(name: string): Promise<string> {
    const row = await this.db
      .selectFrom('identity.name as n')
      .innerJoin('identity.account as a', 'a.id', 'n.account_id')
      .select('a.name')
      .where('n.key', '=', nameKey(name))
      .where('n.state', '!=', 'tombstone')
      .executeTakeFirst();
    return row?.name ?? name;
  }

  /** Whoever has this name or this mail address, and what they sign in with. One query, whether there is one or not. */
  async findSignIn(nameOrEmail: string): Promise<SignInRow | undefined> {
    const key = nameOrEmail.toLowerCase();
    const users = this.db.selectFrom('identity.account as a').selectAll('a').where('a.kind', '=', 'user');
    // No name holds an `@`, and no mail address is without.
    const query = key.includes('@')
      ? users.where((e) => e(e.fn<string>('lower', ['a.email']), '=', key))
      : users.where((e) =>
          e.exists(
            e
              .selectFrom('identity.name as n')
              .select('n.key')
              .whereRef('n.account_id', '=', 'a.id')
              .where('n.key', '=', nameKey(key))
              .where('n.state', '=', 'live'),
          ),
        );
    const row = await query.executeTakeFirst();
    return row && toSignInRow(row);
  }

  /** The same by id. */
  async findSignInById(id: Id): Promise<SignInRow | undefined> {
    const row = await this.db
      .selectFrom('identity.account')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toSignInRow(row);
  }

  async isMember(orgId: Id, userId: Id): Promise<boolean> {
    const row = await this.db
      .selectFrom('identity.membership')
      .select('role')
      .where('org_id', '=', orgId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** The organisations that a user reaches, by name: not one that asks for a second factor which they do not have. */
  async listMemberships(userId: Id): Promise<Membership[]> {
    return (await this.#listAll(userId))
      .filter(({ withheld }) => !withheld)
      .map(({ membership }) => membership);
  }

  /** The organisations that a user belongs to and does not reach, for want of a second factor. */
  async listWithheld(userId: Id): Promise<Membership[]> {
    return (await this.#listAll(userId))
      .filter(({ withheld }) => withheld)
      .map(({ membership }) => membership);
  }

  async #listAll(userId: Id): Promise<{ membership: Membership; withheld: boolean }[]> {
    const rows = await this.db
      .selectFrom('identity.membership as m')
      .innerJoin('identity.account as a', 'a.id', 'm.org_id')
      .innerJoin('identity.account as u', 'u.id', 'm.user_id')
      .select([
        'm.org_id',
        'm.role',
        'a.name',
        'a.fullname',
        'a.requires_second_factor',
        'a.refuses_classic',
        'a.approves_tokens',
        'a.most_token_days',
        'u.second_factor_at',
      ])
      .where('m.user_id', '=', userId)
      .where('a.disabled_at', 'is', null)
      .orderBy('a.name')
      .execute();
    return rows.map((row) => ({
      withheld: row.requires_second_factor && row.second_factor_at === null,
      membership: {
        orgId: row.org_id,
        orgName: row.name,
        orgFullname: row.fullname,
        role: row.role,
        requiresSecondFactor: row.requires_second_factor,
        tokenPolicy: {
          refusesClassic: row.refuses_classic,
          approvesTokens: row.approves_tokens,
          mostTokenDays: row.most_token_days,
        },
      },
    }));
  }

  async countMembers(orgId: Id): Promise<number> {
    const row = await this.db
      .selectFrom('identity.membership')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('org_id', '=', orgId)
      .executeTakeFirst();
    return row?.n ?? 0;
  }

  /** The members of an organisation, in the order of their ids. */
  async listMembers(orgId: Id, after: string, limit: number): Promise<Page<Member>> {
    const rows = await this.db
      .selectFrom('identity.membership as m')
      .innerJoin('identity.account as a', 'a.id', 'm.user_id')
      .selectAll('a')
      .select(['m.role', 'm.since'])
      .where('m.org_id', '=', orgId)
      .where('m.user_id', '>', after as Id)
      .orderBy('m.user_id')
      .limit(limit + 1)
      .execute();
    const items = rows
      .slice(0, limit)
      .map((row) => ({ user: toAccount(row), role: row.role, since: row.since }));
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.user.id } : { items };
  }

  /** Accounts of one kind, in the order of their ids. */
  async listAccounts(kind: 'user' | 'org'): Promise<Account[]> {
    const rows = await this.db
      .selectFrom('identity.account')
      .selectAll()
      .where('kind', '=', kind)
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .limit(10_000)
      .execute();
    return rows.map(toAccount);
  }

  /** How many users may sign in and administer the instance. */
  async countAdministrators(): Promise<number> {
    const row = await this.db
      .selectFrom('identity.account')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('administrator', '=', true)
      .where('disabled_at', 'is', null)
      .executeTakeFirstOrThrow();
    return row.n;
  }
}

/** Changes accounts, in the transaction that records the change. */
export class AccountWriter extends AccountReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Adds an account and takes its name. Throws `account.name-taken` or `account.email-taken`. */
  async insert(account: Account, password: string | null): Promise<void> {
    try {
      await this.db
        .insertInto('identity.account')
        .values({
          id: account.id,
          kind: account.kind,
          name: account.name,
          fullname: account.fullname,
          email: account.email,
          administrator: account.administrator,
          password,
          created_at: account.createdAt,
          disabled_at: null,
          signed_out_at: null,
          second_factor_at: null,
          requires_second_factor: false,
          language: 'en',
        })
        .execute();
      await this.db
        .insertInto('identity.name')
        .values({
          key: nameKey(account.name),
          lookalike: lookalikeKey(account.name),
          account_id: account.id,
          state: 'live',
        })
        .execute();
    } catch (error) {
      if (isUniqueViolation(error, 'account_email')) throw emailTaken();
      if (isUniqueViolation(error)) throw nameTaken(account.name);
      throw error;
    }
  }

  /** Says since when a user has a second factor, or with `null` that they have none. */
  async setSecondFactor(id: Id, at: Date | null): Promise<void> {
    await this.db
      .updateTable('identity.account')
      .set({ second_factor_at: at })
      .where('id', '=', id)
      .execute();
  }

  /** What an account is signed in to with, which nobody changes until the transaction ends. */
  async holdSignIn(id: Id): Promise<SignInRow | undefined> {
    const row = await this.db
      .selectFrom('identity.account')
      .selectAll()
      .where('id', '=', id)
      .forShare()
      .executeTakeFirst();
    return row && toSignInRow(row);
  }

  /** Waits for what is being given out for an account, so that the time of its end is after it. */
  async holdToEnd(id: Id): Promise<void> {
    await this.db.selectFrom('identity.account').select('id').where('id', '=', id).forNoKeyUpdate().execute();
  }

  /** Ends every session of the account that began before now, whoever knows of it. */
  async signOut(id: Id, at: Date): Promise<void> {
    await this.db.updateTable('identity.account').set({ signed_out_at: at }).where('id', '=', id).execute();
  }

  async setPassword(id: Id, digest: string): Promise<void> {
    await this.db.updateTable('identity.account').set({ password: digest }).where('id', '=', id).execute();
  }

  /** Puts a newer digest of the same password in place of this one; `false` where it is not this one any more. */
  async renewPassword(id: Id, before: string, digest: string): Promise<boolean> {
    const result = await this.db
      .updateTable('identity.account')
      .set({ password: digest })
      .where('id', '=', id)
      .where('password', '=', before)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** The role of a member, whatever the organisation asks of members; held until the transaction ends. */
  async holdRole(orgId: Id, userId: Id): Promise<Role | undefined> {
    const row = await this.db
      .selectFrom('identity.membership')
      .select('role')
      .where('org_id', '=', orgId)
      .where('user_id', '=', userId)
      .forUpdate()
      .executeTakeFirst();
    return row?.role;
  }

  /** Disables the account, or with `null` enables it. */
  async setDisabled(id: Id, at: Date | null): Promise<void> {
    await this.db.updateTable('identity.account').set({ disabled_at: at }).where('id', '=', id).execute();
  }

  async setAdministrator(id: Id, administrator: boolean): Promise<void> {
    await this.db.updateTable('identity.account').set({ administrator }).where('id', '=', id).execute();
  }

  /** How many administrators there are, held until the transaction ends: two that go at once must not both be let go. */
  async lockAdministrators(): Promise<number> {
    const rows = await this.db
      .selectFrom('identity.account')
      .select('id')
      .where('administrator', '=', true)
      .where('disabled_at', 'is', null)
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    return rows.length;
  }

  /** Ends a membership; `false` where there was none. */
  async removeMembership(orgId: Id, userId: Id): Promise<boolean> {
    const result = await this.db
      .deleteFrom('identity.membership')
      .where('org_id', '=', orgId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  /** Makes the user a member; who is one already keeps their role. */
  async addMembership(orgId: Id, userId: Id, role: Role): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.db
      .insertInto('identity.membership')
      .values({ org_id: orgId, user_id: userId, role })
      .onConflict((conflict) => conflict.columns(['org_id', 'user_id']).doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Makes the user a member, or changes the role of one. */
  async putMembership(orgId: Id, userId: Id, role: Role): Promise<void> {
    await this.db
      .insertInto('identity.membership')
      .values({ org_id: orgId, user_id: userId, role })
      .onConflict((conflict) => conflict.columns(['org_id', 'user_id']).doUpdateSet({ role }))
      .execute();
  }
}

function toSignInRow(
  row: AccountRow &
    Pick<IdentityTables['identity.account'], 'password' | 'signed_out_at' | 'second_factor_at'>,
): SignInRow {
  const { password, signed_out_at: signedOutAt, second_factor_at: secondFactorAt } = row;
  return { account: toAccount(row), password, signedOutAt, secondFactorAt };
}

type AccountRow = Pick<
  IdentityTables['identity.account'],
  'id' | 'kind' | 'name' | 'fullname' | 'email' | 'administrator' | 'created_at' | 'disabled_at'
>;

/** An account of its row. */
export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    fullname: row.fullname,
    email: row.email,
    administrator: row.administrator,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
  };
}
