// The tokens that reach an organisation, or would: who administers it sees, approves and ends them.
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { operatorFields, referencesOf, type Actor, type OperatorActor } from '#modules/access';
import {
  AccountReader,
  getGoverned,
  holdGoverned,
  PolicyReader,
  takenBody,
  type Account,
} from '#modules/identity';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { type Removals } from '#modules/removals';
import { endBeside } from './application-tokens.ts';
import { tokenMissing } from './faults.ts';
import { type LastUse, type Token } from './model.ts';
import { claimsOrg, laterThan, reachOf, type OrgDecision, type Reach } from './reach-model.ts';
import { ReachReader, ReachWriter } from './reach-store.ts';
import { TokenReader } from './store.ts';

/** A token as the organisation sees it. */
export interface OrgToken {
  readonly token: Token;
  readonly owner: Account;
  readonly lastUse: LastUse | null;
  readonly reach: Reach;
}

/** What looking at tokens needs. */
export interface OrgTokensDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly epochs: Epochs;
  readonly removals: Pick<Removals, 'doOrTake'>;
  /** The namespaces in which these repositories are now. */
  readonly namespacesOf: (repoIds: readonly Id[]) => Promise<ReadonlyMap<Id, Id>>;
}

const PAGE = 500;

/** The tokens of organisations. */
export class OrgTokens {
  readonly #deps: OrgTokensDeps;

  constructor(deps: OrgTokensDeps) {
    this.#deps = deps;
  }

  /**
   * The live tokens of members that are for anything of the organisation, by owner. Throws `account.missing`,
   * `org.forbidden`.
   */
  async list(actor: Actor, orgName: string): Promise<OrgToken[]> {
    const { db, keys, clock } = this.#deps;
    const org = await getGoverned(new AccountReader(db), actor, orgName);
    const policy = await new PolicyReader(db).get(org.id);
    const decisions = await new ReachReader(db, keys).listOfOrg(org.id);
    const found: OrgToken[] = [];
    for (let after = '', more = true; more;) {
      const page = await new AccountReader(db).listMembers(org.id, after, PAGE);
      const owners = new Map(page.items.map(({ user }) => [user.id, user]));
      const tokens = await new TokenReader(db).listLiveOf([...owners.keys()], clock.now());
      const namespaces = await this.#deps.namespacesOf(tokens.flatMap(({ token }) => reposOf(token)));
      for (const { token, lastUse } of tokens) {
        const owner = owners.get(token.userId);
        if (owner === undefined || !claimsOrg(token.grant, org.id, namespaces)) continue;
        const reach = reachOf(token, policy, decisions.get(token.id));
        found.push({ token, owner, lastUse, reach });
      }
      after = page.next ?? '';
      more = page.next !== undefined;
    }
    return found;
  }

  /** Lets a token reach the organisation that waits for it. Throws what `list` throws, `account.proof-needed`, `token.missing`. */
  async approve(actor: Actor, orgName: string, tokenId: Id): Promise<void> {
    await this.#decide(actor, orgName, { tokenId, state: 'approved' });
  }

  /**
   * Ends a token's reach into the organisation, for good; elsewhere it works on. What the operator ends while the database is
   * away is taken, and is not recorded yet. Throws what `approve` throws.
   */
  async end(actor: Actor, orgName: string, tokenId: Id): Promise<{ readonly recorded: boolean }> {
    const act = async (): Promise<void> => await this.#decide(actor, orgName, { tokenId, state: 'ended' });
    if (actor.kind !== 'operator') {
      await act();
      return { recorded: true };
    }
    const { osUser, terminal, command } = actor;
    const operator = { osUser, terminal, command };
    const removal = { kind: 'reach', org: orgName, id: tokenId, operator } as const;
    return { recorded: await this.#deps.removals.doOrTake(act, removal, 'operator') };
  }

  /**
   * Lets an application whose reach was ended be let in again by the person whom this token of it is of. What it has stays ended; what it
   * gets from now on reaches the organisation as any token does that is new. Throws what `approve` throws.
   */
  async readmit(actor: Actor, orgName: string, tokenId: Id): Promise<void> {
    const { db, keys, clock } = this.#deps;
    const listed = (await this.list(actor, orgName)).find(({ token }) => token.id === tokenId);
    await db.transaction(async (tx) => {
      const writer = new ReachWriter(tx, keys);
      const { application = null, userId } = listed?.token ?? {};
      if (application !== null && userId !== undefined) await writer.holdApplication(application.id, userId);
      const org = await holdGoverned(tx, actor, { name: orgName, now: clock.now() });
      // A token that somebody made by hand is made anew: nothing is carried to that.
      if (application === null || userId === undefined || listed?.reach !== 'ended')
        throw tokenMissing(tokenId);
      const at = laterThan(clock.now(), (await writer.listLastEnded(application.id, userId)).get(org.id));
      await writer.readmit({ applicationId: application.id, userId, orgId: org.id, at });
      await record(tx, {
        kind: 'token.readmitted',
        subject: `account:${org.id}`,
        ...referencesOf(actor),
        body: { application: application.id, user: userId, token: tokenId },
        personal: operatorFields(actor),
      });
    });
  }

  /** Ends what the operator ended at that time, while the database was away. A token or an organisation that never was has no reach. */
  async endTaken(
    operator: Omit<OperatorActor, 'kind'>,
    { org, id: tokenId }: { readonly org: string; readonly id: Id },
    takenAt: Date,
  ): Promise<void> {
    const present = await new AccountReader(this.#deps.db).presentName(org);
    try {
      await this.#decide({ kind: 'operator', ...operator }, present, { tokenId, state: 'ended', takenAt });
    } catch (error) {
      if (!isFault(error)) throw error;
    }
  }

  async #decide(
    actor: Actor,
    orgName: string,
    {
      tokenId,
      state,
      takenAt,
    }: { readonly tokenId: Id; readonly state: OrgDecision; readonly takenAt?: Date },
  ): Promise<void> {
    const { db, keys, clock, epochs } = this.#deps;
    // Of tokens that are not for the organisation nothing is told.
    const listed = (await this.list(actor, orgName)).find(({ token }) => token.id === tokenId);
    await db.transaction(async (tx) => {
      const writer = new ReachWriter(tx, keys);
      const { application = null, userId } = listed?.token ?? {};
      const isOfApplication = application !== null && userId !== undefined;
      if (isOfApplication) await writer.holdApplication(application.id, userId);
      const now = clock.now();
      const org = await holdGoverned(tx, actor, { name: orgName, now });
      const at = isOfApplication
        ? laterThan(now, (await writer.listReadmissions(application.id, userId)).get(org.id))
        : now;
      if (listed === undefined) throw tokenMissing(tokenId);
      if (!(await writer.put({ tokenId, orgId: org.id, state, at }))) return;
      if (state === 'ended') await endBeside(tx, writer, { token: listed.token, orgId: org.id, at, now });
      await epochs.advance(tx, 'identity');
      const facts = { kind: 'token-reach', token: listed.token.name, organization: org.name, state } as const;
      const event = `token.reach:${tokenId}:${org.id}:${state}`;
      await writeMail(tx, { event, recipientId: listed.owner.id, facts, at: now });
      await record(tx, {
        kind: state === 'approved' ? 'token.approved' : 'token.reach-ended',
        subject: `token:${tokenId}`,
        ...referencesOf(actor),
        body: { org: org.id, ...takenBody(takenAt) },
        personal: operatorFields(actor),
      });
    });
  }
}

function reposOf({ grant }: Token): Id[] {
  if (grant.role !== 'fineGrained') return [];
  return grant.scoped.flatMap(({ entity: { type, id } }) => (type === 'user' || type === 'org' ? [] : [id]));
}
