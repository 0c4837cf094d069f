// Signs people in by the operator's issuer. Invariants: an answer counts once, within ten minutes, in the browser that began
// it, and for what it was begun for.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, referencesOf, type Actor } from '#modules/access';
import { proofNeeded } from '#modules/identity';
import {
  type Browser,
  type Outcome,
  type Sessions,
  type SignedIn,
  type SignIn,
  type Visit,
} from '#modules/sessions';
import { ssoDenied, ssoInvalid, ssoOnlyWay, ssoOther, ssoOver, ssoUnreachable } from './faults.ts';
import { Begun, LONGEST_MS, mintStart, type Claims, type IssuerLink, type Purpose } from './model.ts';
import { type People } from './people.ts';
import { LinkReader, LinkWriter } from './store.ts';

/** What signing on needs. */
export interface SingleSignOnDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly link: IssuerLink;
  readonly signIn: SignIn;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly people: People;
  /** What people call the issuer. */
  readonly name: string;
}

/** Where a browser goes, and what it keeps meanwhile. */
export interface BegunSignOn {
  readonly address: string;
  readonly note: string;
}

/** What came of it, and where it leads on to. */
export type Finished = { readonly to: string } & (
  | Outcome
  | { readonly kind: 'proved'; readonly signedIn: SignedIn }
  | { readonly kind: 'half-proved'; readonly half: string }
  | { readonly kind: 'connected' }
);

/** What an answer is looked at with. */
export interface Answered {
  /** What the browser kept. */
  readonly note: string | undefined;
  /** The query with which the issuer led back. */
  readonly query: string;
  readonly visit: Visit | undefined;
  readonly browser: Browser;
}

const CONTEXT = 'sign-on';

/** Single sign-on. */
export class SingleSignOn {
  readonly #deps: SingleSignOnDeps;
  readonly name: string;

  constructor(deps: SingleSignOnDeps) {
    this.#deps = deps;
    this.name = deps.name;
  }

  /** Whether the issuer knows a user. */
  async isConnected(userId: Id): Promise<boolean> {
    return await new LinkReader(this.#deps.db, this.#deps.keys).isLinked(userId);
  }

  /** Seals the connections that were made before there were seals. Done before anybody is served. */
  async sealBefore(): Promise<void> {
    const { db, people } = this.#deps;
    while (await db.transaction((tx) => people.sealBefore(tx)));
  }

  /** Begins. `back` is our page to which the issuer leads back. Throws `sso.unreachable`, `sso.invalid`. */
  async begin(purpose: Purpose, at: { readonly back: string; readonly to: string }): Promise<BegunSignOn> {
    const { keys, clock, link } = this.#deps;
    // Who proves that it is still them, or ties an account to themselves, shows it now: a browser that somebody else has
    // signed on with must not do it for them.
    const anew = purpose.kind === 'connect' || purpose.kind === 'prove';
    const start = mintStart(at.back, anew);
    const outcome = await link.begin(start);
    if (outcome.kind !== 'address') throw refusalOf(outcome.kind);
    const begun: Begun = { start, purpose, to: at.to, at: clock.now().getTime() };
    const note = keys.seal('sign-on', Buffer.from(JSON.stringify(begun)), CONTEXT).toString('base64url');
    return { address: outcome.address, note };
  }

  /** The same to connect the visitor's account. Throws `account.proof-needed`, too. */
  async beginConnecting(
    visit: Visit,
    at: { readonly back: string; readonly to: string },
  ): Promise<BegunSignOn> {
    if (!isFreshlyProved(visit.actor, this.#deps.clock.now())) throw proofNeeded();
    const purpose = { kind: 'connect', userId: visit.account.id, sessionId: visit.session.id } as const;
    return await this.begin(purpose, at);
  }

  /**
   * Undoes the visitor's connection. Sessions other than this one end, as the issuer may have begun them for somebody else.
   * With a fresh proof, as whatever changes how somebody signs in: a copy of a session would else take the owner's own way in from them.
   * Throws `account.proof-needed`, `sso.only-way` where nothing else lets them in, `sso.unconnected`.
   */
  async disconnect({ actor, account, session }: Visit): Promise<void> {
    if (!isFreshlyProved(actor, this.#deps.clock.now())) throw proofNeeded();
    if (!(await this.#deps.signIn.hasOwnWay(account.id))) throw ssoOnlyWay();
    await this.#undo(actor, account.id, session.id);
  }

  /** The same for the operator, who is told by somebody that it is another person's, and ends all sessions. */
  async disconnectUser(actor: Actor, userId: Id): Promise<void> {
    await this.#undo(actor, userId);
  }

  // In this order: no session can begin by the issuer once those that had begun are ended.
  async #undo(actor: Actor, userId: Id, but?: Id): Promise<void> {
    const { db, people, sessions } = this.#deps;
    await db.transaction(async (tx) => {
      await people.disconnect(tx, referencesOf(actor), userId);
    });
    await sessions.endAll(actor, userId, but);
  }

  /**
   * Ends what was begun. Throws `sso.over`, `sso.denied`, `sso.invalid`, `sso.unreachable`, `sso.other`, and what letting
   * somebody in throws.
   */
  async finish({ note, query, visit, browser }: Answered): Promise<Finished> {
    const { purpose, start, to } = await this.#take(note);
    const outcome = await this.#deps.link.end(start, query);
    if (outcome.kind !== 'claims') throw refusalOf(outcome.kind);
    const { claims } = outcome;
    if (purpose.kind === 'connect' || purpose.kind === 'prove') {
      // Another session than the one that began it is another person, for all we know.
      if (visit?.account.id !== purpose.userId || visit.session.id !== purpose.sessionId) throw ssoOver();
      return purpose.kind === 'prove'
        ? { ...(await this.#prove(claims, visit, browser)), to }
        : await this.#connect(claims, visit, to);
    }
    const invitation = purpose.kind === 'join' ? purpose.invitation : undefined;
    const { db, people, signIn } = this.#deps;
    const userId = await db.transaction(async (tx) => {
      const admitted = await people.admit(tx, claims, invitation);
      await people.follow(tx, claims, admitted);
      return admitted;
    });
    return { ...(await signIn.withIssuer(userId, browser)), to };
  }

  async #connect(claims: Claims, visit: Visit, to: string): Promise<Finished> {
    await this.#deps.db.transaction(async (tx) => {
      await this.#deps.people.connect(tx, claims, visit.account.id);
    });
    return { kind: 'connected', to };
  }

  async #prove(claims: Claims, visit: Visit, browser: Browser) {
    if ((await new LinkReader(this.#deps.db, this.#deps.keys).findUser(claims)) !== visit.account.id)
      throw ssoOther();
    const outcome = await this.#deps.signIn.proveByIssuer(visit, browser);
    // Told apart from a sign-in, so that no page leads to the wrong form.
    if (outcome.kind === 'half') return { ...outcome, kind: 'half-proved' as const };
    return { ...outcome, kind: 'proved' as const };
  }

  // Before the issuer is asked: two who come with one answer at the same time are one too many.
  async #take(note: string | undefined): Promise<Begun> {
    const { db, clock, keys } = this.#deps;
    const begun = this.#open(note);
    const now = clock.now();
    if (begun === undefined || now.getTime() - begun.at > LONGEST_MS) throw ssoOver();
    const expiresAt = new Date(begun.at + 2 * LONGEST_MS);
    const isFirst = await db.transaction((tx) =>
      new LinkWriter(tx, keys).take(begun.start.state, now, expiresAt),
    );
    if (!isFirst) throw ssoOver();
    return begun;
  }

  #open(note: string | undefined): Begun | undefined {
    try {
      const text = this.#deps.keys.open('sign-on', Buffer.from(note ?? '', 'base64url'), CONTEXT).toString();
      return Begun.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined; // not ours, or altered
    }
  }
}

function refusalOf(kind: 'address' | 'claims' | 'denied' | 'invalid' | 'unreachable'): Error {
  if (kind === 'denied') return ssoDenied();
  return kind === 'unreachable' ? ssoUnreachable() : ssoInvalid();
}
