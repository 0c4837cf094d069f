// Registers applications, and ends what people let them do.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import {
  isFreshlyProved,
  mayCredentials,
  operatorFields,
  referencesOf,
  type Actor,
  type UserActor,
} from '#modules/access';
import { proofNeeded } from '#modules/identity';
import { record } from '#modules/ledger';
import { listOfApplication, revokeMinted } from '#modules/tokens';
import {
  applicationForbidden,
  applicationMissing,
  applicationNameInvalid,
  applicationScopesInvalid,
  applicationsFull,
  redirectInvalid,
} from './faults.ts';
import { digestText, mintText, type Application, type Authorization } from './model.ts';
import { isRedirectAddress } from './redirects.ts';
import { SCOPES, type Scope } from './scopes.ts';
import { ApplicationReader, ApplicationWriter } from './store.ts';

/** What an application should be. */
export interface ApplicationWish {
  readonly name: string;
  readonly redirects: readonly string[];
  readonly scopes: readonly string[];
  /** Whether it keeps a secret; one that runs in browsers or on people's machines cannot. */
  readonly isConfidential: boolean;
}

/** An application that somebody said yes to. */
export interface Authorized {
  readonly authorization: Authorization;
  readonly application: Application;
}

const MOST = 50;
const MOST_REDIRECTS = 10;

/** The applications of the instance. */
export class Applications {
  readonly #deps: { readonly db: Db; readonly clock: Clock; readonly keys: Keys; readonly epochs: Epochs };

  constructor(deps: {
    readonly db: Db;
    readonly clock: Clock;
    readonly keys: Keys;
    readonly epochs: Epochs;
  }) {
    this.#deps = deps;
  }

  /**
   * Registers an application of who is signed in, with a fresh proof. The secret is returned once and never stored. Throws
   * `application.forbidden`, `account.proof-needed`, and what is wrong with the wish.
   */
  async register(
    actor: Actor,
    wish: ApplicationWish,
  ): Promise<{ readonly application: Application; readonly secret: Secret<string> | undefined }> {
    const { db, clock, keys } = this.#deps;
    const owner = this.#requireProved(actor);
    const parts = parseWish(wish);
    const secret = wish.isConfidential ? mintText() : undefined;
    const now = clock.now();
    const application: Application = {
      ...{ id: newId(now), ownerId: owner.userId, ...parts, createdAt: now },
      secretDigest: secret === undefined ? null : (digestText('secret', secret) as Sha256),
    };
    await db.transaction(async (tx) => {
      const writer = new ApplicationWriter(tx, keys);
      // Counted by one at a time: many at once must not be more than the most.
      await writer.holdAlone(`owner/${owner.userId}`);
      if ((await writer.listOwned(owner.userId)).length >= MOST) throw applicationsFull();
      await writer.insert(application);
      await record(tx, {
        kind: 'application.registered',
        subject: `application:${application.id}`,
        ...referencesOf(actor),
        body: {
          confidential: wish.isConfidential,
          scopes: [...parts.scopes],
          redirects: [...parts.redirects],
        },
        personal: { name: parts.name },
      });
    });
    return { application, secret: secret === undefined ? undefined : new Secret(secret) };
  }

  /** Those of who is signed in. Throws `application.forbidden`. */
  async list(actor: Actor): Promise<Application[]> {
    const { userId } = requireSignedIn(actor);
    return await this.#reader().listOwned(userId);
  }

  /**
   * Deletes an application of who is signed in, with a fresh proof: all that people let it do ends within a second. Throws
   * `application.forbidden`, `.missing`, `account.proof-needed`.
   */
  async delete(actor: Actor, id: Id): Promise<void> {
    const { db, keys } = this.#deps;
    const owner = this.#requireProved(actor);
    await db.transaction(async (tx) => {
      // Of an application of somebody else not even its existence is told.
      if ((await new ApplicationReader(tx, keys).find(id))?.ownerId !== owner.userId)
        throw applicationMissing();
      await this.#delete(tx, actor, id);
    });
  }

  /** What who is signed in lets applications do. Throws `application.forbidden`. */
  async listAuthorized(actor: Actor): Promise<Authorized[]> {
    const reader = this.#reader();
    const found: Authorized[] = [];
    for (const authorization of await reader.listAuthorizations(requireSignedIn(actor).userId)) {
      const application = await reader.find(authorization.applicationId);
      if (application !== undefined) found.push({ authorization, application });
    }
    return found;
  }

  /**
   * Ends what who is signed in lets an application do: its tokens work nowhere within a second, and it is given no others.
   * Throws `application.forbidden`, `.missing`.
   */
  async revoke(actor: Actor, applicationId: Id): Promise<void> {
    const { userId } = requireSignedIn(actor);
    await this.#deps.db.transaction(async (tx) => await this.#revoke(tx, actor, { userId, applicationId }));
  }

  /**
   * Does the one or the other as the operator: after a restore both are there again. Throws `application.forbidden`, `.missing`.
   */
  async endAsOperator(
    actor: Actor,
    { application, user }: { readonly application: Id; readonly user: Id | undefined },
  ): Promise<void> {
    const { db, keys } = this.#deps;
    if (actor.kind !== 'operator') throw applicationForbidden();
    await db.transaction(async (tx) => {
      if (user !== undefined)
        return await this.#revoke(tx, actor, { userId: user, applicationId: application });
      if ((await new ApplicationReader(tx, keys).find(application)) === undefined) throw applicationMissing();
      await this.#delete(tx, actor, application);
    });
  }

  async #delete(tx: Tx, actor: Actor, id: Id): Promise<void> {
    const { clock, keys, epochs } = this.#deps;
    const at = clock.now();
    await new ApplicationWriter(tx, keys).delete(id, at);
    const tokens = await listOfApplication(tx, { application: id, user: null }, at);
    await revokeMinted(tx, epochs, { ids: tokens.map((one) => one.id), at, by: referencesOf(actor) });
    const subject = `application:${id}`;
    await record(tx, {
      ...{ kind: 'application.deleted', subject, ...referencesOf(actor), body: {} },
      personal: operatorFields(actor),
    });
  }

  async #revoke(
    tx: Tx,
    actor: Actor,
    { userId, applicationId }: { readonly userId: Id; readonly applicationId: Id },
  ): Promise<void> {
    const { clock, keys, epochs } = this.#deps;
    const writer = new ApplicationWriter(tx, keys);
    const at = clock.now();
    const before = await writer.findAuthorization(userId, applicationId);
    // Held, so that no token is given out beside this that would not be seen here.
    if (before === undefined || !(await writer.hold(before.id))) throw applicationMissing();
    await writer.end(before.id, at);
    const tokens = await listOfApplication(tx, { application: applicationId, user: userId }, at);
    await revokeMinted(tx, epochs, { ids: tokens.map((one) => one.id), at, by: referencesOf(actor) });
    await record(tx, {
      kind: 'application.revoked',
      subject: `account:${userId}`,
      ...referencesOf(actor),
      body: { application: applicationId },
      personal: operatorFields(actor),
    });
  }

  #requireProved(actor: Actor): UserActor {
    const user = requireSignedIn(actor);
    if (!isFreshlyProved(actor, this.#deps.clock.now())) throw proofNeeded();
    return user;
  }

  #reader(): ApplicationReader {
    return new ApplicationReader(this.#deps.db, this.#deps.keys);
  }
}

// Never through a token: one that was found must not register an application by which its finder stays.
function requireSignedIn(actor: Actor): UserActor {
  if (actor.kind !== 'user' || !mayCredentials(actor, actor.userId).allowed) throw applicationForbidden();
  return actor;
}

function parseWish({ name: typed, redirects, scopes: asked }: ApplicationWish): {
  readonly name: string;
  readonly redirects: readonly string[];
  readonly scopes: readonly Scope[];
} {
  const name = typed.trim();
  // Characters that turn or hide others would let a name look like another one's where people are asked.
  if (name.length < 1 || name.length > 60 || /[\p{C}\p{Zl}\p{Zp}]/u.test(name))
    throw applicationNameInvalid();
  const wrong = redirects.find((one) => !isRedirectAddress(one));
  if (wrong !== undefined || redirects.length === 0 || redirects.length > MOST_REDIRECTS)
    throw redirectInvalid((wrong ?? '').slice(0, 100));
  const scopes = SCOPES.filter((one) => asked.includes(one));
  if (scopes.length === 0 || asked.some((one) => !SCOPES.includes(one as Scope)))
    throw applicationScopesInvalid();
  return { name, redirects: [...new Set(redirects)], scopes };
}
