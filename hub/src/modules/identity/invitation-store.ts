// The only file that speaks SQL about invitations.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Role } from '#modules/access';
import { type Language } from '#modules/mail';
import { type IdentityTables } from './tables.ts';

/** An invitation: to the instance, and perhaps to an organisation of it. */
export interface Invitation {
  readonly id: Id;
  readonly email: string;
  readonly org: { readonly id: Id; readonly name: string; readonly role: Role } | null;
  /** Absent where the operator invited. */
  readonly inviter: string | null;
  readonly expiresAt: Date;
  /** Whether the person asked for it themselves. */
  readonly asked: boolean;
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
  /** Set where it is never to be used. */
  readonly revokedAt: Date | null;
  /** Of a sign-up: who asked, as a keyed digest of their address. */
  readonly asked: { readonly by: Sha256; readonly language: Language } | null;
}

/** Which invitations are wanted. */
export interface InvitationsWanted {
  /** Of whom; all where absent. */
  readonly of: { readonly inviterId: Id; readonly orgIds: readonly Id[] } | undefined;
  /** This one alone. */
  readonly id?: Id;
  readonly most: number;
}

const COLUMNS = [
  'i.id',
  'i.email',
  'i.org_id',
  'i.role',
  'i.expires_at',
  'i.asked_by',
  'o.name as org',
  'u.name as inviter',
] as const;

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

  /** Those that somebody made and that are open, newest first: of one inviter and to these organisations, or all; so many at most. */
  async listOpen(now: Date, { of, id, most }: InvitationsWanted): Promise<Invitation[]> {
    const rows = await this.#open(now)
      .where('i.asked_by', 'is', null)
      .$if(id !== undefined, (query) => query.where('i.id', '=', id as Id))
      .$if(of !== undefined, (query) =>
        query.where((e) =>
          e.or([
            e('i.inviter_id', '=', of?.inviterId as Id),
            sql<boolean>`i.org_id = any(${of?.orgIds ?? []}::text[])`,
          ]),
        ),
      )
      .orderBy('i.id', 'desc')
      .limit(most)
      .execute();
    return rows.map(toInvitation);
  }

  #open(now: Date) {
    return (
      this.db
        .selectFrom('identity.invitation as i')
        .leftJoin('identity.account as o', 'o.id', 'i.org_id')
        .leftJoin('identity.account as u', 'u.id', 'i.inviter_id')
        .select(COLUMNS)
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
        revoked_at: one.revokedAt,
        asked_by: one.asked?.by ?? null,
        language: one.asked?.language ?? 'en',
      })
      .execute();
  }

  /** How often this caller asked since. */
  async countAskedBy(caller: Sha256, since: Date): Promise<number> {
    const row = await this.#asked(since).where('asked_by', '=', caller).executeTakeFirstOrThrow();
    return row.n;
  }

  /** How often somebody asked for this mail address since. */
  async countAskedFor(email: string, since: Date): Promise<number> {
    const row = await this.#asked(since)
      .where((e) => e(e.fn<string>('lower', ['email']), '=', email.toLowerCase()))
      .executeTakeFirstOrThrow();
    return row.n;
  }

  /** Waits for others who ask for the same mail address, or as the same caller, until the end of the transaction: all are counted. */
  async takeTurn(caller: Sha256, email: string): Promise<void> {
    for (const name of [`sign-up/${caller}`, `sign-up/${email.toLowerCase()}`])
      await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(this.db);
  }

  /** Forgets sign-ups from before that nobody used. */
  async forgetAsked(before: Date): Promise<void> {
    await this.db
      .deleteFrom('identity.invitation')
      .where('asked_by', 'is not', null)
      .where('used_at', 'is', null)
      .where('created_at', '<', before)
      .execute();
  }

  #asked(since: Date) {
    return this.db
      .selectFrom('identity.invitation')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('asked_by', 'is not', null)
      .where('created_at', '>', since);
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

/**
 * Revokes all invitations that are open, sign-ups among them, and gives how many. In a state that was put back none can tell whether it was
 * used since: who has the link of one that was would make another account with it, or come back to an organisation.
 */
export async function endInvitations(tx: Tx, at: Date): Promise<number> {
  const result = await tx
    .withTables<IdentityTables>()
    .updateTable('identity.invitation')
    .set({ revoked_at: at })
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

type Row = Pick<IdentityTables['identity.invitation'], 'id' | 'email' | 'org_id' | 'role' | 'expires_at'> & {
  readonly asked_by: string | null;
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
    asked: row.asked_by !== null,
  };
}
