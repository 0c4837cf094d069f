// The only file that speaks SQL about what organisations decided about tokens.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { sealedDecision, sealedReadmission, type OrgDecision, type Readmission } from './reach-model.ts';
import { type TokenTables } from './tables.ts';

const NEVER = new Date(0);

/** Reads decisions. An approval whose seal is not ours is none; what was ended is ended without one. */
export class ReachReader {
  protected readonly db: Kysely<TokenTables>;
  protected readonly keys: Keys;

  constructor(db: Db | Tx, keys: Keys) {
    this.db = db.withTables<TokenTables>();
    this.keys = keys;
  }

  /** What organisations decided about a token, by organisation. */
  async listOfToken(tokenId: Id): Promise<Map<Id, OrgDecision>> {
    const rows = await this.#decisions().where('token_id', '=', tokenId).execute();
    return new Map(rows.filter((row) => this.#holds(row)).map((row) => [row.org_id, row.state]));
  }

  /**
   * The organisations that ended what any token of an application reaches for a user, also one that is over, and have not let it be let
   * in again since.
   */
  async listEndedOfApplication(applicationId: Id, userId: Id): Promise<Set<Id>> {
    const ended = await this.listLastEnded(applicationId, userId);
    const again = await this.listReadmissions(applicationId, userId);
    return new Set(
      [...ended.keys()].filter((org) => !((again.get(org) ?? NEVER) > (ended.get(org) ?? NEVER))),
    );
  }

  /** When organisations last ended what a token of the application reached. */
  async listLastEnded(applicationId: Id, userId: Id): Promise<Map<Id, Date>> {
    const rows = await this.db
      .selectFrom('tokens.org_decision as d')
      .innerJoin('tokens.token as t', 't.id', 'd.token_id')
      .select((e) => ['d.org_id', e.fn.max('d.at').as('at')])
      .groupBy('d.org_id')
      .where(sql<string>`t.application ->> 'id'`, '=', applicationId)
      .where('t.user_id', '=', userId)
      .where('d.state', '=', 'ended')
      .execute();
    return new Map(rows.map(({ org_id, at }) => [org_id, at]));
  }

  /** What an organisation decided about tokens, by token. */
  async listOfOrg(orgId: Id): Promise<Map<Id, OrgDecision>> {
    const rows = await this.#decisions().where('org_id', '=', orgId).execute();
    return new Map(rows.filter((row) => this.#holds(row)).map((row) => [row.token_id, row.state]));
  }

  /** When organisations let it be let in again; what is not sealed is none. */
  async listReadmissions(applicationId: Id, userId: Id): Promise<Map<Id, Date>> {
    const rows = await this.db
      .selectFrom('tokens.readmission')
      .selectAll()
      .where('application_id', '=', applicationId)
      .where('user_id', '=', userId)
      .execute();
    const sealed = rows.filter(({ org_id: orgId, at, mac }) =>
      this.keys.verifies('token-readmission', sealedReadmission({ applicationId, userId, orgId, at }), mac),
    );
    return new Map(sealed.map(({ org_id, at }) => [org_id, at]));
  }

  #decisions() {
    return this.db.selectFrom('tokens.org_decision').selectAll();
  }

  #holds({ token_id: tokenId, org_id: orgId, state, at, mac }: TokenTables['tokens.org_decision']): boolean {
    return (
      state === 'ended' ||
      this.keys.verifies('token-decision', sealedDecision({ tokenId, orgId, state, at }), mac)
    );
  }
}

/** Changes decisions, in the transaction that records the change. */
export class ReachWriter extends ReachReader {
  constructor(tx: Tx, keys: Keys) {
    super(tx, keys);
  }

  /** Has nobody else make or end a token of this application for this user until the transaction ends. */
  async holdApplication(applicationId: Id, userId: Id): Promise<void> {
    const name = `application-tokens/${applicationId}/${userId}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(this.db);
  }

  /** Keeps that an application may be let in again; what it is given from now on is not ended by what was decided before. */
  async readmit(readmission: Readmission): Promise<void> {
    const { applicationId, userId, orgId, at } = readmission;
    const mac = this.keys.mac('token-readmission', sealedReadmission(readmission));
    await this.db
      .insertInto('tokens.readmission')
      .values({ application_id: applicationId, user_id: userId, org_id: orgId, at, mac })
      .onConflict((conflict) =>
        conflict.columns(['application_id', 'user_id', 'org_id']).doUpdateSet({ at, mac }),
      )
      .execute();
  }

  /** Keeps a decision. Returns whether it is another one than before; what was ended stays ended. */
  async put(decision: { tokenId: Id; orgId: Id; state: OrgDecision; at: Date }): Promise<boolean> {
    const { tokenId, orgId, state, at } = decision;
    const before = (await this.listOfToken(tokenId)).get(orgId);
    if (before === state || before === 'ended') return false;
    const mac = this.keys.mac('token-decision', sealedDecision(decision));
    await this.db
      .insertInto('tokens.org_decision')
      .values({ token_id: tokenId, org_id: orgId, state, at, mac })
      .onConflict((conflict) => conflict.columns(['token_id', 'org_id']).doUpdateSet({ state, at, mac }))
      .execute();
    return true;
  }
}
