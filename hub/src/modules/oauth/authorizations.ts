// What a person is asked when an application sends them here, and what follows from their answer.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, parseId, type Id } from '@holdfast/kernel/id';
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, referencesOf } from '#modules/access';
import { AccountReader, holdAccount, proofNeeded } from '#modules/identity';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { askedAt, type Visit } from '#modules/sessions';
import { CodeWriter } from './code-store.ts';
import { applicationUnknown, redirectMismatch } from './faults.ts';
import { digestText, mintText, type Application, type Authorization } from './model.ts';
import { hostOf, isOfOneSite, isRedirectAddress, isSameRedirect, withFields } from './redirects.ts';
import { only, parseRequest, type AskError, type AskedRequest } from './request.ts';
import { areWithin, reachRepos, SCOPES, type Scope } from './scopes.ts';
import { ApplicationReader, ApplicationWriter } from './store.ts';

/** What follows from a request. */
export type Asked =
  /** The person is sent on, with a code or with why there is none. */
  | { readonly kind: 'onward'; readonly address: string }
  | { readonly kind: 'sign-in' }
  /** They show once more who they are, and come back without having been asked to. */
  | { readonly kind: 'prove' }
  | { readonly kind: 'consent'; readonly wish: Wish };

/** What a person is asked. */
export interface Wish {
  readonly application: Application;
  readonly ownerName: string;
  /** Where they are sent afterwards. */
  readonly host: string;
  /** All that it may do after a yes: what it asks for now, and what was allowed before. */
  readonly scopes: readonly Scope[];
  /** Of those, what they said yes to before. */
  readonly before: readonly Scope[];
  /** Whether any of them reaches repositories, so that organisations are a question. */
  readonly reachesRepos: boolean;
  /** The organisations into which it reaches by what they said before. */
  readonly orgs: readonly Id[];
}

/** A request, who brings it, and where the hub is for them. */
export interface AskedAt {
  readonly query: URLSearchParams;
  readonly visit: Visit | undefined;
  readonly baseUrl: string;
}

/** A request whose application and address are known: from here on answers are sent there. */
interface Known {
  readonly application: Application;
  readonly ownerName: string;
  readonly redirect: string;
  readonly state: string | undefined;
  readonly baseUrl: string;
}

const CODE_MS = 60_000;
/** A code that is shown again after so long is not looked for any more; what it opened has ended by then. */
const REMEMBERED_MS = 86_400_000;

/** Answers requests. */
export class Authorizations {
  readonly #deps: { readonly db: Db; readonly clock: Clock; readonly keys: Keys };

  constructor(deps: { readonly db: Db; readonly clock: Clock; readonly keys: Keys }) {
    this.#deps = deps;
  }

  /**
   * What follows from a request. Throws `application.unknown` and `.redirect-mismatch`: then nobody is sent anywhere, because who
   * wrote the link chose where (open redirect).
   */
  async ask(at: AskedAt): Promise<Asked> {
    const known = await this.#known(at);
    const asked = this.#parse(known, at.query);
    if (!('scopes' in asked)) return back(known, asked);
    const isSilent = asked.prompt.has('none');
    const { visit } = at;
    if (visit === undefined) return isSilent ? back(known, { error: 'login_required' }) : { kind: 'sign-in' };
    if (this.#isTooOld(visit, asked) || asked.prompt.has('login'))
      return isSilent ? back(known, { error: 'login_required' }) : { kind: 'prove' };
    const before = await this.#reader().findAuthorization(visit.account.id, known.application.id);
    const isAsked = asked.prompt.has('consent') || asked.prompt.has('select_account');
    const isKnown = before !== undefined && areWithin(asked.scopes, before.scopes);
    if (isKnown && !isAsked && isOfOneSite(known.redirect)) {
      const { db } = this.#deps;
      const code = await db.transaction(
        async (tx) => await this.#mint(tx, { known, asked, visit, authorizationId: before.id }),
      );
      return onward(known, { code });
    }
    if (isSilent) return back(known, { error: 'consent_required' });
    const { application, ownerName, redirect } = known;
    const scopes = together(asked, before);
    return {
      kind: 'consent',
      wish: {
        ...{ application, ownerName, host: hostOf(redirect), scopes },
        ...{ reachesRepos: reachRepos(scopes), before: before?.scopes ?? [], orgs: before?.orgs ?? [] },
      },
    };
  }

  /**
   * Lets the application do what it asks for, in these organisations; gives where the person is sent. Needs a fresh proof, because
   * it outlasts the session. Throws what `ask` throws, and `account.proof-needed`.
   */
  async allow(
    visit: Visit,
    { orgs, ...at }: Omit<AskedAt, 'visit'> & { readonly orgs: readonly string[] },
  ): Promise<string> {
    const known = await this.#known(at);
    const asked = this.#parse(known, at.query);
    if (!('scopes' in asked)) return back(known, asked).address;
    if (!isFreshlyProved(visit.actor, this.#deps.clock.now()) || this.#isTooOld(visit, asked))
      throw proofNeeded();
    const chosen = visit.memberships.filter(({ orgId }) => orgs.includes(orgId)).map(({ orgId }) => orgId);
    const code = await this.#deps.db.transaction(async (tx) => {
      const authorizationId = await this.#keep(tx, visit, { known, asked, chosen });
      return await this.#mint(tx, { known, asked, visit, authorizationId });
    });
    return onward(known, { code }).address;
  }

  /** Lets it do nothing; gives where the person is sent. Throws what `ask` throws. */
  async refuse(at: Omit<AskedAt, 'visit'>): Promise<string> {
    const known = await this.#known(at);
    return back(known, { error: 'access_denied', why: 'The person refused.' }).address;
  }

  async #known({ query, baseUrl }: Pick<AskedAt, 'query' | 'baseUrl'>): Promise<Known> {
    const id = parseId(only(query, 'client_id') ?? '');
    const application = id && (await this.#reader().find(id));
    if (application === undefined || id === undefined) throw applicationUnknown();
    const owner = await new AccountReader(this.#deps.db).findById(application.ownerId);
    if (owner === undefined || owner.disabledAt !== null) throw applicationUnknown();
    const redirect = only(query, 'redirect_uri') ?? '';
    const isOurs = application.redirects.some((one) => isSameRedirect(one, redirect));
    if (!isOurs || !isRedirectAddress(redirect)) throw redirectMismatch();
    const state = only(query, 'state');
    return { application, ownerName: owner.name, redirect, state, baseUrl };
  }

  #parse({ application: { scopes, secretDigest } }: Known, query: URLSearchParams) {
    return parseRequest(query, { scopes, isPublic: secretDigest === null });
  }

  #isTooOld({ session }: Visit, { maxAge }: AskedRequest): boolean {
    const age = this.#deps.clock.now().getTime() - askedAt(session).getTime();
    return maxAge !== undefined && age > maxAge * 1000;
  }

  // Scopes that were allowed before stay so: what is asked for now comes beside them.
  async #keep(
    tx: Tx,
    visit: Visit,
    { known, asked, chosen }: { known: Known; asked: AskedRequest; chosen: readonly Id[] },
  ): Promise<Id> {
    const { clock, keys } = this.#deps;
    const now = clock.now();
    const { application } = known;
    const userId = visit.account.id;
    await holdAccount(tx, userId);
    const writer = new ApplicationWriter(tx, keys);
    // Whoever presses twice says yes once.
    await writer.holdAlone(`yes/${userId}/${application.id}`);
    const before = await writer.findAuthorization(userId, application.id);
    const scopes = together(asked, before);
    // Where the page had no boxes to tick, none was unticked.
    const orgs = reachRepos(scopes) ? chosen : (before?.orgs ?? []);
    const nothing = { usedAt: null, lastTokenId: null };
    const id = before?.id ?? newId(now);
    const beganAt = before?.beganAt ?? now;
    const kept: Authorization = {
      ...{ ...nothing, id, userId, applicationId: application.id, scopes, orgs, beganAt },
    };
    await writer.putAuthorization(kept);
    await record(tx, {
      kind: 'application.authorized',
      subject: `account:${userId}`,
      ...referencesOf(visit.actor),
      body: { application: application.id, scopes: [...scopes], orgs: [...orgs] },
    });
    const facts = { kind: 'application-authorized', application: application.name } as const;
    await writeMail(tx, {
      // More organisations are more, too.
      event: `application.authorized:${kept.id}:${sha256(canonicalJson([scopes, orgs]))}`,
      ...{ recipientId: userId, facts, at: now },
    });
    return kept.id;
  }

  async #mint(
    tx: Tx,
    of: {
      readonly known: Known;
      readonly asked: AskedRequest;
      readonly visit: Visit;
      readonly authorizationId: Id;
    },
  ): Promise<string> {
    const { clock, keys } = this.#deps;
    const { known, asked, visit, authorizationId } = of;
    const now = clock.now();
    const code = mintText();
    await new ApplicationWriter(tx, keys).hold(authorizationId);
    const writer = new CodeWriter(tx, keys);
    await writer.forget({ codes: new Date(now.getTime() - REMEMBERED_MS), refresh: now });
    await writer.insert({
      digest: digestText('code', code) as Sha256,
      id: newId(now),
      authorization_id: authorizationId,
      session_id: visit.session.id,
      redirect_uri: known.redirect,
      issuer: known.baseUrl,
      challenge: asked.challenge,
      nonce: asked.nonce,
      scopes: [...asked.scopes],
      proved_at: visit.session.provedAt,
      expires_at: new Date(now.getTime() + CODE_MS),
      used_at: null,
    });
    return code;
  }

  #reader(): ApplicationReader {
    return new ApplicationReader(this.#deps.db, this.#deps.keys);
  }
}

// An organisation is reached by all that is allowed, not by what this request asks for: so all of it is shown beside the boxes.
// Else a yes to read there would be one to write there, by what was allowed elsewhere.
function together(asked: AskedRequest, before: Authorization | undefined): Scope[] {
  return SCOPES.filter((one) => asked.scopes.includes(one) || before?.scopes.includes(one));
}

// Whoever answers names themselves (RFC 9207), so that an application that knows several hubs is not made to take the code of
// one to another (mix-up).
function onward(
  { redirect, state, baseUrl }: Known,
  fields: Readonly<Record<string, string | undefined>>,
): Asked & { kind: 'onward' } {
  return { kind: 'onward', address: withFields(redirect, { ...fields, state, iss: baseUrl }) };
}

function back(
  known: Known,
  { error, why }: { readonly error: AskError; readonly why?: string },
): Asked & { kind: 'onward' } {
  return onward(known, { error, error_description: why });
}
