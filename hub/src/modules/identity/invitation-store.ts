// The only file that speaks SQL about invitations.
import { type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Role } from '#modules/access';
import { type IdentityTables } from './tables.ts';

/** An invitation: to the instance, and perhaps to an organisation of it. */
export interface Invitation {
  readonly id: Id;
  readonly email: string;
  readonly org: { readonly id: Id; readonly name: string; readonly role: Role } | null;
  /** Absent where the operator invited. */
  readonly inviter: string | null;
  readonly expiresAt: Date;
}

/** What is kept of a new one. */
export interface NewInvitation {
  readonly id: Id;
  readonly digest: Sha256;
  readonly email: string;
  readonly orgId: Id | null;
  readonly role: Role | null;
  readonly inviterId: Id | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Reads invitations. */
export class InvitationReader {
  protected readonly db: Kysely<IdentityTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<IdentityTables>();
  }

  /** One that is open. */
  async findOpen(digest: Sha256, now: Date): Promise<Invitation | undefined> {
    const row = await this.#open(now).where('i.digest', '=', digest).executeTakeFirst();
    return row && toInvitation(row);
  }

  /** Those that are open, newest first: of one inviter, or of all. */
  async listOpen(now: Date, inviterId?: Id): Promise<Invitation[]> {
    const rows = await this.#open(now)
      .$if(inviterId !== undefined, (query) => query.where('i.inviter_id', '=', inviterId as Id))
      .orderBy('i.id', 'desc')
      .limit(500)
      .execute();
    return rows.map(toInvitation);
  }

  #open(now: Date) {
    return (
      this.db
        .selectFrom('identity.invitation as i')
        .leftJoin('identity.account as o', 'o.id', 'i.org_id')
        .leftJoin('identity.account as u', 'u.id', 'i.inviter_id')
        .select([
          'i.id',
          'i.email',
          'i.org_id',
          'i.role',
          'i.expires_at',
          'o.name as org',
          'u.name as inviter',
        ])
        .where('i.used_at', 'is', null)
        .where('i.revoked_at', 'is', null)
        .where('i.expires_at', '>', now)
        // Who may not invite any more has invited nobody: else an administrator who was removed comes back by a link of theirs.
        .where((e) =>
          e.or([
            e('i.inviter_id', 'is', null),
            e.and([
              e('u.disabled_at', 'is', null),
              e.or([
                e.and([e('i.org_id', 'is', null), e('u.administrator', '=', true)]),
                e.exists(
                  e
                    .selectFrom('identity.membership as m')
                    .select('m.role')
                    .whereRef('m.org_id', '=', 'i.org_id')
                    .whereRef('m.user_id', '=', 'i.inviter_id')
                    .where('m.role', '=', 'admin'),
                ),
              ]),
            ]),
          ]),
        )
        .where('o.deleted_at', 'is', null)
    );
  }
}

/** Changes invitations, in the transaction that records the change. */
export class InvitationWriter extends InvitationReader {
  constructor(tx: Tx) {
    super(tx);
  }

  async insert(one: NewInvitation): Promise<void> {
    await this.db
      .insertInto('identity.invitation')
      .values({
        id: one.id,
        digest: one.digest,
        email: one.email,
        org_id: one.orgId,
        role: one.role,
        inviter_id: one.inviterId,
        created_at: one.createdAt,
        expires_at: one.expiresAt,
        used_at: null,
        revoked_at: null,
      })
      .execute();
  }

  /** Uses an open invitation, once: of two who do so at the same time one is told `false`. */
  async use(id: Id, now: Date): Promise<boolean> {
    return await this.#end(id, { used_at: now });
  }

  /** Revokes an open invitation. Returns whether it was open. */
  async revoke(id: Id, now: Date): Promise<boolean> {
    return await this.#end(id, { revoked_at: now });
  }

  async #end(id: Id, change: { used_at: Date } | { revoked_at: Date }): Promise<boolean> {
    const result = await this.db
      .updateTable('identity.invitation')
      .set(change)
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }
}

type Row = Pick<IdentityTables['identity.invitation'], 'id' | 'email' | 'org_id' | 'role' | 'expires_at'> & {
  readonly org: string | null;
  readonly inviter: string | null;
};

function toInvitation(row: Row): Invitation {
  const { org_id: orgId, org, role } = row;
  return {
    id: row.id,
    email: row.email,
    org: orgId === null || org === null || role === null ? null : { id: orgId, name: org, role },
    inviter: row.inviter,
    expiresAt: row.expires_at,
  };
}
