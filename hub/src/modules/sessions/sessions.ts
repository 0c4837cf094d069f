// Begins, finds, renews and ends the sessions of browsers.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { newId, type Id } from '@holdfast/kernel/id';
import { networkOf } from '@holdfast/kernel/network';
import { type Secret } from '@holdfast/kernel/secret';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  isFreshlyProved,
  mayCredentials,
  mayOversee,
  referencesOf,
  type Actor,
  type UserActor,
} from '#modules/access';
import {
  AccountReader,
  credentialsForbidden,
  isUnchanged,
  proofNeeded,
  type Account,
  type Membership,
  type SignInRow,
} from '#modules/identity';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { rightsChanging, type Removals } from '#modules/removals';
import { sessionMissing, signInFailed } from './faults.ts';
import {
  askedAt,
  digestValue,
  isLive,
  LONGEST_MS,
  mintValue,
  sealedFields,
  type Browser,
  type Proof,
  type WebSession,
} from './model.ts';
import { SessionValues } from './session-values.ts';
import { findGood, standingOf, turnFrom, type Due } from './values.ts';
import { PlaceWriter } from './place-store.ts';
import { SessionReader, SessionWriter, type SealedSession } from './store.ts';

/** Somebody who is signed in. */
export interface Visit {
  readonly actor: UserActor;
  readonly session: WebSession;
  readonly account: Account;
  readonly memberships: readonly Membership[];
  /** Where the browser showed a value that another is to follow. */
  readonly turn?: Due | undefined;
}

/** A session and the value of its cookie, which exists here and in the browser. */
export interface BegunSession {
  readonly session: WebSession;
  readonly value: Secret<string>;
}

/** What somebody proved, and the account as it was when they did. */
export interface Proved {
  readonly row: SignInRow;
  readonly proofs: readonly Proof[];
}

const TOUCH_EVERY_MS = 60_000;
const FORGET_AFTER_MS = 24 * 3_600_000;

/** The sessions of the instance. */
export class Sessions {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #keys: Keys;
  readonly #removals: Pick<Removals, 'ends' | 'endsSessionsOf' | 'changes'>;
  readonly #values: SessionValues;
  readonly #seen = new Map<Id, Date>();

  constructor(deps: {
    db: Db;
    clock: Clock;
    keys: Keys;
    removals: Pick<Removals, 'ends' | 'endsSessionsOf' | 'changes'>;
  }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#keys = deps.keys;
    this.#removals = deps.removals;
    this.#values = new SessionValues(deps);
  }

  /**
   * Begins a session for a user who has proved who they are, and tells them where it is from a new place. Its value is new, whatever the browser sent: nobody can be
   * made to use one that somebody else knows (session fixation). Throws `sign-in.failed` when what was proved does not
   * hold any more.
   */
  async begin(
    { row, proofs, isKnown }: Proved & { readonly isKnown: boolean },
    browser: Browser,
  ): Promise<BegunSession> {
    const userId = row.account.id;
    const begun = await this.#make({ row, proofs }, browser);
    await this.#db.transaction(async (tx) => {
      if (!(await isUnchanged(tx, row))) throw signInFailed();
      await this.#insert(tx, begun);
      await this.#notePlace(tx, begun.session, isKnown);
      await record(tx, {
        kind: 'session.begun',
        subject: `session:${begun.session.id}`,
        actor: `user:${userId}`,
        credential: `session:${begun.session.id}`,
        body: { user: userId, proofs: [...proofs] },
        personal: { address: browser.address, client: begun.session.client },
      });
    });
    return begun;
  }

  /**
   * Puts a session that was just proved again in place of the one before, under a value of its own: who may have copied
   * the old one gets nothing of the fresh proof. Throws `session.missing` when that ended meanwhile, by whatever ends it.
   */
  async renew(before: Visit, { row, proofs }: Proved, browser: Browser): Promise<BegunSession> {
    const { userId, beganAt } = before.session;
    if (row.account.id !== userId || !isLive(before.session, row.signedOutAt, this.#clock.now()))
      throw sessionMissing();
    const begun = await this.#make({ row, proofs, beganAt }, browser);
    await this.#db.transaction(async (tx) => {
      if (!(await isUnchanged(tx, row))) throw sessionMissing();
      if (!(await new SessionWriter(tx).end(before.session.id, userId, this.#clock.now())))
        throw sessionMissing();
      await this.#insert(tx, begun);
      await record(tx, {
        kind: 'session.renewed',
        subject: `session:${begun.session.id}`,
        ...referencesOf(before.actor),
        body: { user: userId, proofs: [...proofs], before: before.session.id },
        personal: { address: browser.address, client: begun.session.client },
      });
    });
    return begun;
  }

  /**
   * Who is signed in with this value, or nobody. The database is asked each time: an ended session is dead everywhere at
   * once, and a sign-out need not empty what every hub remembers of tokens.
   */
  async find(value: string): Promise<Visit | undefined> {
    const digest = digestValue(value);
    if (digest === undefined) return undefined;
    return await this.#visitOf(await new SessionReader(this.#db).findByDigest(digest), this.#db, digest);
  }

  /**
   * The value that the browser of this visit goes on with, or nothing where it keeps the one that it showed: another takes its
   * place when what its user may do has changed, whoever changed it.
   */
  async rotate(visit: Visit, shown: string): Promise<Secret<string> | undefined> {
    return visit.turn && (await this.#values.turn(visit, visit.turn, shown));
  }

  /** Who is signed in in a session that something of ours names, or nobody any more; asked in a transaction where there is one. */
  async findById(id: Id, on: Db | Tx = this.#db): Promise<Visit | undefined> {
    return await this.#visitOf(await new SessionReader(on).findById(id), on);
  }

  async #visitOf(
    sealed: SealedSession | undefined,
    on: Db | Tx = this.#db,
    shown?: Sha256,
  ): Promise<Visit | undefined> {
    if (sealed === undefined) return undefined;
    const { session, mac } = sealed;
    if (!this.#keys.verifies('session-row', sealedFields(session), mac)) return undefined;
    const values = await this.#values.list(on, session);
    if (values === undefined) return undefined;
    const accounts = new AccountReader(on);
    const row = await accounts.findSignInById(session.userId);
    if (row === undefined || row.account.disabledAt !== null) return undefined;
    const { name } = row.account;
    if (values.some(({ digest }) => this.#removals.ends(digest))) return undefined;
    if (this.#removals.endsSessionsOf(name)) return undefined;
    if (this.#removals.changes({ user: name })) throw rightsChanging();
    const now = this.#clock.now();
    if (!isLive(session, row.signedOutAt, now)) return undefined;
    const good = shown && findGood(values, shown, now);
    if (shown !== undefined && good === undefined) return await this.#endSpent(session);
    this.#noteSeen(session);
    const memberships = await accounts.listMemberships(row.account.id);
    const actor = actorOf(row.account, memberships, session);
    const visit = { actor, session, account: row.account, memberships };
    if (good === undefined) return visit;
    // Where it cannot be written, its time is over all the same.
    await this.#values.noteShown(session, good).catch(() => undefined);
    const standing = standingOf(actor);
    if (turnFrom(good, values, standing) === undefined) return visit;
    return { ...visit, turn: { from: good.number, standing } };
  }

  // Two have had this session: its browser went on with another value, and who shows the one from before is somebody else, or
  // is its user and somebody else went on. Who is who cannot be told, so it ends for both.
  async #endSpent({ id, userId }: WebSession): Promise<undefined> {
    await this.#db.transaction(async (tx) => {
      if (!(await new SessionWriter(tx).end(id, userId, this.#clock.now()))) return;
      await record(tx, {
        kind: 'session.ended',
        subject: `session:${id}`,
        ...{ actor: 'system:sessions', credential: '' },
        body: { user: userId, shown: 'a value from before' },
      });
    });
  }

  /**
   * Ends one session of a user. Throws `account.credentials-forbidden`, `session.missing`, and where it is another's
   * `account.proof-needed`.
   */
  async end(actor: Actor, userId: Id, id: Id): Promise<void> {
    this.#requireEnding(actor, userId);
    await this.#db.transaction(async (tx) => {
      if (!(await new SessionWriter(tx).end(id, userId, this.#clock.now()))) throw sessionMissing();
      await this.#recordEnd(tx, actor, { userId, id });
    });
  }

  /** Ends all sessions of a user, or all but one. Throws what `end` throws. */
  async endAll(actor: Actor, userId: Id, but?: Id): Promise<number> {
    this.#requireEnding(actor, userId);
    return await this.#db.transaction(async (tx) => {
      const ended = await new SessionWriter(tx).endAll(userId, this.#clock.now(), but);
      for (const id of ended) await this.#recordEnd(tx, actor, { userId, id });
      return ended.length;
    });
  }

  /** The live sessions of a user. Throws `account.credentials-forbidden`. */
  async list(actor: Actor, userId: Id): Promise<WebSession[]> {
    if (!mayCredentials(actor, userId).allowed) throw credentialsForbidden();
    const row = await new AccountReader(this.#db).findSignInById(userId);
    const now = this.#clock.now();
    const all = await new SessionReader(this.#db).listOfUser(userId);
    return all.filter((session) => isLive(session, row?.signedOutAt ?? null, now));
  }

  /** Writes when sessions were last used, and removes what expired long ago. */
  async flush(): Promise<void> {
    const seen = [...this.#seen];
    this.#seen.clear();
    const before = new Date(this.#clock.now().getTime() - FORGET_AFTER_MS);
    await this.#db.transaction(async (tx) => {
      const writer = new SessionWriter(tx);
      for (const [id, at] of seen) await writer.touch(id, at);
      await writer.forget(before);
    });
  }

  // Who looks after the instance ends sessions of others, too; then a browser left open is not enough.
  #requireEnding(actor: Actor, userId: Id): void {
    if (mayCredentials(actor, userId).allowed) return;
    if (!mayOversee(actor).allowed) throw credentialsForbidden();
    if (!isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
  }

  async #make(
    { row, proofs, beganAt }: Proved & { readonly beganAt?: Date },
    browser: Browser,
  ): Promise<BegunSession & { session: WebSession }> {
    const { id: userId, administrator } = row.account;
    const memberships = rolesOf(await new AccountReader(this.#db).listMemberships(userId));
    const now = this.#clock.now();
    const value = mintValue();
    const session: WebSession = {
      ...{ proofs, beganAt: beganAt ?? now },
      userId,
      id: newId(now),
      digest: digestValue(value.reveal('to store its digest')) as WebSession['digest'],
      provedAt: now,
      expiresAt: new Date((beganAt ?? now).getTime() + LONGEST_MS),
      endedAt: null,
      address: browser.address,
      client: browser.client.slice(0, 200),
      seenAt: now,
      standing: standingOf({ administrator, memberships }),
    };
    return { session, value };
  }

  async #insert(tx: Tx, { session }: BegunSession): Promise<void> {
    await new SessionWriter(tx).insert(session, this.#keys.mac('session-row', sealedFields(session)));
  }

  // A browser that travels with its owner is no news; nor is the first place of all.
  async #notePlace(tx: Tx, session: WebSession, isKnown: boolean): Promise<void> {
    const { id, userId, address, client, beganAt: at } = session;
    const standing = await new PlaceWriter(tx).note(userId, networkOf(address), at);
    if (standing !== 'new' || isKnown) return;
    const facts = { kind: 'signed-in', address, client, at: at.toISOString() } as const;
    await writeMail(tx, { event: `session.begun:${id}`, recipientId: userId, facts, at });
  }

  async #recordEnd(tx: Tx, actor: Actor, ended: { userId: Id; id: Id }): Promise<void> {
    await record(tx, {
      kind: 'session.ended',
      subject: `session:${ended.id}`,
      ...referencesOf(actor),
      body: { user: ended.userId },
    });
  }

  #noteSeen(session: WebSession): void {
    const now = this.#clock.now();
    if (now.getTime() - session.seenAt.getTime() >= TOUCH_EVERY_MS) this.#seen.set(session.id, now);
  }
}

function actorOf(account: Account, memberships: readonly Membership[], session: WebSession): UserActor {
  return {
    kind: 'user',
    userId: account.id,
    name: account.name,
    administrator: account.administrator,
    memberships: rolesOf(memberships),
    credential: { kind: 'session', id: session.id, provedAt: askedAt(session) },
    grant: { role: 'write' },
  };
}

function rolesOf(memberships: readonly Membership[]): UserActor['memberships'] {
  return new Map(memberships.map((one) => [one.orgId, one.role]));
}
