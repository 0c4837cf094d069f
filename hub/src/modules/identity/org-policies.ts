// What an organisation asks of its members.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, mayNamespace, operatorFields, referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { accountMissing, policyForbidden, policyOwnFactor, proofNeeded } from './faults.ts';
import { type Membership } from './model.ts';
import { AccountReader, AccountWriter } from './store.ts';

/** Notes that a user has a second factor since then, or with `null` none. In the transaction of who knows. */
export async function markSecondFactor(tx: Tx, userId: Id, at: Date | null): Promise<void> {
  await new AccountWriter(tx).setSecondFactor(userId, at);
}

/** The policies of organisations. */
export class OrgPolicies {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
  }

  /** The organisations that a user belongs to and does not reach, for want of a second factor. */
  async listWithheld(userId: Id): Promise<Membership[]> {
    return await new AccountReader(this.#db).listWithheld(userId);
  }

  /**
   * Has an organisation be reached with a second factor alone, or without, too. Within a second members who have none
   * reach it no more, by page or token. Throws `org.policy-forbidden`, `account.proof-needed`, `org.policy-own-factor`.
   */
  async requireSecondFactor(actor: Actor, orgName: string, required: boolean): Promise<void> {
    const org = await new AccountReader(this.#db).findByName(orgName);
    if (org?.kind !== 'org') throw accountMissing(orgName);
    if (!mayNamespace(actor, 'administer', { kind: 'namespace', id: org.id, type: 'org' }).allowed)
      throw policyForbidden(org.name);
    // No token is fresh: what protects an organisation from one that was found is not lifted by it.
    if (!isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      if (required && actor.kind === 'user' && !(await writer.hasSecondFactor(actor.userId)))
        throw policyOwnFactor();
      await writer.setRequirement(org.id, required);
      await this.#epochs.advance(tx, 'identity');
      await record(tx, {
        kind: 'org.second-factor-required',
        subject: `account:${org.id}`,
        ...referencesOf(actor),
        body: { required },
        personal: operatorFields(actor),
      });
    });
  }
}
