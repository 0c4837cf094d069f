// Who stands behind a token, cached so that a request costs no query, and never trusted longer than the epochs allow.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { isTokenText } from '@holdfast/kernel/token-text';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { type UserActor } from '#modules/access';
import { AccountReader, type Account, type Membership } from '#modules/identity';
import { rightsChanging, type Removals } from '#modules/removals';
import { tokenAddressRefused, tokenRejected } from './faults.ts';
import { LastUses } from './last-uses.ts';
import { digestToken, isAcceptedFrom, sealedBefore, sealedFields, standing, type Token } from './model.ts';
import { reachOf, type OrgDecision, type Reach } from './reach-model.ts';
import { ReachReader } from './reach-store.ts';
import { TokenReader } from './store.ts';

/** Someone who proved who they are. */
export interface Session {
  readonly actor: UserActor;
  readonly token: Token;
  readonly account: Account;
  readonly memberships: readonly Membership[];
  /** The organisations of its owner that the token does not reach, and why. */
  readonly withheld: readonly {
    readonly membership: Membership;
    readonly reach: Exclude<Reach, 'reaches'>;
  }[];
}

type EndedHere = Pick<Removals, 'endsToken' | 'endsTokenId' | 'endsUser' | 'changes'>;

const MAX_CACHED = 10_000;

/** Checks tokens. */
export class Authentication {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #keys: Keys;
  readonly #epochs: Epochs;
  readonly #removals: EndedHere;
  #sessions = new Map<Sha256, Session>();
  readonly #uses: LastUses;

  constructor(deps: { db: Db; clock: Clock; keys: Keys; epochs: Epochs; removals: EndedHere }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#keys = deps.keys;
    this.#epochs = deps.epochs;
    this.#removals = deps.removals;
    this.#uses = new LastUses(deps);
    this.#epochs.onChange('identity', () => {
      this.#sessions = new Map();
    });
  }

  /**
   * Who the token stands for. Throws `token.rejected`, the same for every token that is not live: malformed, unknown,
   * expired, revoked, of a disabled account, or with a row that somebody altered; and `removal.rights-changing`.
   */
  async authenticate(text: string): Promise<Session> {
    const digest = digestToken(text);
    const cached = this.#epochs.areFresh() ? this.#sessions.get(digest) : undefined;
    // The form is looked at only where it spares a query: checking it costs more than the digest of a token known here.
    if (cached === undefined && !isTokenText(text)) throw tokenRejected();
    const session = cached ?? (await this.#load(digest));
    if (!this.#isLive(session)) throw tokenRejected();
    this.#requireSettled(session);
    return session;
  }

  /** Whether a session that was found before still is what `authenticate` would find, as far as is known right now. */
  isCurrent(session: Session): boolean {
    if (!this.#epochs.areFresh() || this.#sessions.get(session.token.digest) !== session) return false;
    return this.#isLive(session) && !this.#changes(session);
  }

  /** Whether this hub has seen a token with this digest work lately; it may have ended since. */
  hasSeen(digest: Sha256): boolean {
    return this.#sessions.has(digest);
  }

  // The database cannot know yet of what was ended here while it was away.
  #isLive({ token, account }: Session): boolean {
    if (this.#removals.endsToken(token) || this.#removals.endsUser(account.name)) return false;
    return standing(token, this.#clock.now()) === 'live';
  }

  #changes({ token, account }: Session): boolean {
    return this.#removals.changes({ user: account.name, token: token.id });
  }

  // What they may do was lessened here, and the database does not know it yet: what it says would be too much.
  #requireSettled(session: Session): void {
    if (this.#changes(session)) throw rightsChanging();
  }

  /** Throws `token.address-refused` where a token is bound to addresses and this is none of them. */
  requireAddress({ token }: Session, address: string): void {
    if (!isAcceptedFrom(token, address)) throw tokenAddressRefused(address);
  }

  /** The session behind a token's id, for what was minted from it. Throws `token.rejected` when it is not live. */
  async authenticateParent(tokenId: Id): Promise<Session> {
    if (this.#removals.endsTokenId(tokenId)) throw tokenRejected();
    const isFresh = this.#epochs.areFresh();
    for (const session of this.#sessions.values())
      if (session.token.id === tokenId) {
        // What is known to have ended is refused without asking a database that may not answer.
        if (!this.#isLive(session)) throw tokenRejected();
        this.#requireSettled(session);
        if (isFresh) return session;
      }
    const token = await new TokenReader(this.#db).findById(tokenId);
    if (token === undefined) throw tokenRejected();
    const session = await this.#load(token.digest);
    if (!this.#isLive(session)) throw tokenRejected();
    this.#requireSettled(session);
    return session;
  }

  /** Remembers that the token was used; written at most once a minute for each address. */
  noteUse(session: Session, address: string, client: string): void {
    this.#uses.note(session.token, address, client);
  }

  /** Writes the uses that were noted, and tells of those from a new network. */
  async flushUses(): Promise<void> {
    await this.#uses.flush();
  }

  // An organisation that a token does not reach is no membership of whoever comes with it.
  async #reachedBy(
    token: Token,
    all: readonly Membership[],
  ): Promise<Pick<Session, 'memberships' | 'withheld'>> {
    const decisions =
      all.length === 0
        ? new Map<Id, OrgDecision>()
        : await new ReachReader(this.#db, this.#keys).listOfToken(token.id);
    const memberships: Membership[] = [];
    const withheld: Session['withheld'][number][] = [];
    for (const membership of all) {
      const reach = reachOf(token, membership.tokenPolicy, decisions.get(membership.orgId));
      if (reach === 'reaches') memberships.push(membership);
      else withheld.push({ membership, reach });
    }
    return { memberships, withheld };
  }

  // Rows that were made before tokens were bound to addresses are sealed without them, and have none.
  #isSealed(token: Token, mac: Buffer): boolean {
    if (this.#keys.verifies('token-row', sealedFields(token), mac)) return true;
    return isOfBefore(token) && this.#keys.verifies('token-row', sealedBefore(token), mac);
  }

  async #load(digest: Sha256): Promise<Session> {
    const sessions = this.#sessions;
    const sealed = await new TokenReader(this.#db).findByDigest(digest);
    if (sealed === undefined) throw tokenRejected();
    const { token, mac } = sealed;
    if (!this.#isSealed(token, mac)) throw tokenRejected();
    const accounts = new AccountReader(this.#db);
    const row = await accounts.findSignInById(token.userId);
    if (row === undefined || row.account.disabledAt !== null) throw tokenRejected();
    const { account, signedOutAt } = row;
    // Whoever is let in again after they were disabled lets applications in again, too.
    if (token.application !== null && signedOutAt !== null && signedOutAt >= token.createdAt)
      throw tokenRejected();
    if (token.application !== null && !(await isEnabled(accounts, token.application.owner)))
      throw tokenRejected();
    const { memberships, withheld } = await this.#reachedBy(
      token,
      await accounts.listMemberships(account.id),
    );
    const session = { actor: actorOf(account, memberships, token), token, account, memberships, withheld };
    // Into the map of when the question was asked: a change while it was under way has replaced that map.
    if (sessions.size >= MAX_CACHED) sessions.clear();
    sessions.set(digest, session);
    return session;
  }
}

async function isEnabled(accounts: AccountReader, id: Id): Promise<boolean> {
  const row = await accounts.findSignInById(id);
  return row !== undefined && row.account.disabledAt === null;
}

// What such rows could not have is nothing that somebody wrote into one since.
function isOfBefore({ addresses, application }: Token): boolean {
  return addresses === null && application === null;
}

function actorOf(account: Account, memberships: readonly Membership[], token: Token): UserActor {
  return {
    kind: 'user',
    userId: account.id,
    name: account.name,
    administrator: account.administrator,
    memberships: new Map(memberships.map((one) => [one.orgId, one.role])),
    credential: { kind: 'token', id: token.id },
    grant: token.grant,
  };
}
