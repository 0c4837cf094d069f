// Issues, lists and revokes access tokens.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { formatNetwork, parseNetwork } from '@holdfast/kernel/network';
import { type Keys } from '@holdfast/platform/keys';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  isFreshlyProved,
  mayCredentials,
  mayInstance,
  mayOversee,
  operatorFields,
  referencesOf,
  type Actor,
  type Grant,
  type OperatorActor,
} from '#modules/access';
import { accountMissing, AccountReader, proofNeeded, type Account } from '#modules/identity';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { type Removals } from '#modules/removals';
import {
  tokenAddressesInvalid,
  tokenExpiryInvalid,
  tokenForbidden,
  tokenMissing,
  tokenNameInvalid,
  tokenReasonInvalid,
} from './faults.ts';
import { insertToken, type IssuedToken } from './issue.ts';
import { type LastUse, type Token } from './model.ts';
import { PushedReader } from './pushed-store.ts';
import { TokenReader, TokenWriter } from './store.ts';

/** Days a token lives unless its maker says otherwise. */
const DEFAULT_EXPIRY_DAYS = 90;
const DAY_MS = 86_400_000;
const MOST_NETWORKS = 50;
/** Letters of why a token was revoked. */
const MOST_REASON = 500;

interface Revocation {
  readonly actor: Actor;
  readonly id: Id;
  readonly takenAt?: Date;
  readonly reason?: string;
}

/** What a new token should be. */
export interface NewToken {
  readonly user: string;
  readonly name: string;
  readonly grant: Grant;
  readonly expiresInDays?: number;
  /** Addresses and networks from which alone it is accepted; none for everywhere. */
  readonly addresses?: readonly string[];
}

/** The access tokens of the instance. */
export class Tokens {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  readonly #keys: Keys;
  readonly #removals: Pick<Removals, 'doOrTake'>;

  constructor(deps: {
    db: Db;
    clock: Clock;
    epochs: Epochs;
    keys: Keys;
    removals: Pick<Removals, 'doOrTake'>;
  }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
    this.#keys = deps.keys;
    this.#removals = deps.removals;
  }

  /**
   * Issues a token for a user. The text is returned once and never stored. Throws `token.forbidden`,
   * `account.proof-needed`, and what is wrong with the wish.
   */
  async issue(actor: Actor, wish: NewToken): Promise<IssuedToken> {
    await this.#requireOwner(actor, wish.user);
    if (!isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
    // eslint-disable-next-line no-control-regex -- control characters would let a name forge lines in a terminal
    if (wish.name.length < 1 || wish.name.length > 96 || /[\u0000-\u001f\u007f]/.test(wish.name))
      throw tokenNameInvalid();
    const days = wish.expiresInDays ?? DEFAULT_EXPIRY_DAYS;
    if (!Number.isInteger(days) || days < 1 || days > 3650) throw tokenExpiryInvalid();
    const addresses = parseNetworks(wish.addresses ?? []);
    return await this.#db.transaction(async (tx) => {
      const user = await new AccountReader(tx).findByName(wish.user);
      if (user?.kind !== 'user' || user.disabledAt !== null) throw accountMissing(wish.user);
      return await insertToken(
        tx,
        { clock: this.#clock, keys: this.#keys },
        {
          ...{ user, name: wish.name, grant: wish.grant, lifeMs: days * DAY_MS },
          ...(addresses.length > 0 && { addresses }),
          by: referencesOf(actor),
          personal: operatorFields(actor),
        },
      );
    });
  }

  /**
   * Revokes a token: it and all that was made from it stop working within a second. Revoking twice is no error. What the
   * operator revokes while the database is away is taken, and counts here at once; then it is not recorded yet. Who
   * administers the instance revokes those of others with a fresh proof. The reason stays in the entry, and is told to
   * the owner. Throws `token.missing`, `.forbidden`, `.reason-invalid`, `account.proof-needed`.
   */
  async revoke(actor: Actor, id: Id, reason = ''): Promise<{ readonly recorded: boolean }> {
    if (reason.length > MOST_REASON) throw tokenReasonInvalid();
    const act = async (): Promise<void> =>
      await this.#db.transaction(async (tx) => await this.#revoke(tx, { actor, id, reason }));
    // Whose token it is, only the database knows.
    if (actor.kind !== 'operator') {
      await act();
      return { recorded: true };
    }
    const { osUser, terminal, command } = actor;
    const removal = { kind: 'token', id, operator: { osUser, terminal, command } } as const;
    return { recorded: await this.#removals.doOrTake(act, removal, 'operator') };
  }

  /** Revokes what the operator revoked at that time, while the database was away. */
  async revokeTaken(operator: Omit<OperatorActor, 'kind'>, id: Id, takenAt: Date): Promise<void> {
    const actor = { kind: 'operator', ...operator } as const;
    await this.#db.transaction(async (tx) => {
      // What never was is nothing to revoke, and could not be told when it was asked for.
      if ((await new TokenReader(tx).findById(id)) === undefined) return;
      await this.#revoke(tx, { actor, id, takenAt });
    });
  }

  async #revoke(tx: Tx, { actor, id, takenAt, reason = '' }: Revocation): Promise<void> {
    const writer = new TokenWriter(tx);
    const token = await writer.findById(id);
    // Of a token that is somebody else's not even its existence is told.
    const isTheirs = token !== undefined && mayCredentials(actor, token.userId).allowed;
    if (token === undefined || !(isTheirs || mayOversee(actor).allowed)) throw refusedOf(actor, id);
    if (!isTheirs && !isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
    const at = takenAt ?? this.#clock.now();
    if (!(await writer.revoke(id, at))) return;
    await this.#epochs.advance(tx, 'identity');
    const why = actor.kind === 'operator' || !isTheirs ? 'operator' : 'asked';
    const given = reason === '' ? {} : { reason };
    const facts = { kind: 'token-revoked', token: token.name, why, ...given } as const;
    await writeMail(tx, { event: `token.revoked:${id}`, recipientId: token.userId, facts, at });
    await record(tx, {
      kind: 'token.revoked',
      subject: `token:${id}`,
      ...referencesOf(actor),
      body: { ...(takenAt && { takenAt: takenAt.toISOString() }), ...given },
      personal: operatorFields(actor),
    });
  }

  /** The tokens of a user, when each was last used, and when somebody else was last about to publish it. */
  async list(
    actor: Actor,
    userName: string,
  ): Promise<{ token: Token; lastUse: LastUse | null; pushedAt: Date | null }[]> {
    const user = await this.#requireOwner(actor, userName);
    const all = await new TokenReader(this.#db).listOfUser(user.id, this.#clock.now());
    const pushed = await new PushedReader(this.#db).listOf(all.map(({ token }) => token.id));
    return all.map((one) => ({ ...one, pushedAt: pushed.get(one.token.id) ?? null }));
  }

  // Who may manage a user's tokens: the operator, and the user themselves. To all others it is the same whether there is
  // such a user.
  async #requireOwner(actor: Actor, name: string): Promise<Account> {
    const user = await new AccountReader(this.#db).findByName(name);
    const exists = user?.kind === 'user';
    if (!mayInstance(actor).allowed && !(exists && mayCredentials(actor, user.id).allowed))
      throw tokenForbidden();
    if (!exists) throw accountMissing(name);
    return user;
  }
}

function refusedOf(actor: Actor, id: Id): Error {
  const owns = mayInstance(actor).allowed || (actor.kind === 'user' && actor.credential.kind === 'session');
  return owns ? tokenMissing(id) : tokenForbidden();
}

function parseNetworks(texts: readonly string[]): string[] {
  const written = texts.map((text) => {
    const network = parseNetwork(text.trim());
    if (network === undefined) throw tokenAddressesInvalid(text.slice(0, 60));
    return formatNetwork(network);
  });
  const networks = [...new Set(written)];
  if (networks.length > MOST_NETWORKS) throw tokenAddressesInvalid(networks.slice(0, 2).join(' ') + ' …');
  return networks;
}
