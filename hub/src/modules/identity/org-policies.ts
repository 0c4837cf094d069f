// What an organisation asks of its members and of their tokens.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { lastFactor, policyInvalid, policyOwnFactor } from './faults.ts';
import { type Membership, type OrgPolicy } from './model.ts';
import { OwnerStore, PolicyReader } from './owner-store.ts';
import { getGoverned, holdGoverned } from './owners.ts';
import { AccountReader, AccountWriter } from './store.ts';

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

  /** What an organisation asks, for who administers it. Throws `account.missing`, `org.forbidden`. */
  async get(actor: Actor, orgName: string): Promise<OrgPolicy> {
    const org = await getGoverned(new AccountReader(this.#db), actor, orgName);
    return await new PolicyReader(this.#db).get(org.id);
  }

  /**
   * Has an organisation be reached with a second factor alone, or without, too. Within a second members who have none
   * reach it no more, by page or token. Throws what `change` throws.
   */
  async requireSecondFactor(actor: Actor, orgName: string, required: boolean): Promise<void> {
    await this.change(actor, orgName, { requiresSecondFactor: required });
  }

  /**
   * Changes what an organisation asks; what is absent stays. Within a second tokens and members that do not do reach it no
   * more. Throws `account.missing`, `org.forbidden`, `account.proof-needed`, `org.policy-own-factor`, `org.last-factor`,
   * `org.policy-invalid`.
   */
  async change(actor: Actor, orgName: string, policy: Partial<OrgPolicy>): Promise<void> {
    const { mostTokenDays: days, requiresSecondFactor, ...others } = policy;
    if (days != null && !(Number.isInteger(days) && days >= 1 && days <= 3650)) throw policyInvalid();
    await this.#db.transaction(async (tx) => {
      const org = await holdGoverned(tx, actor, { name: orgName, now: this.#clock.now() });
      const asker =
        actor.kind === 'user' ? await new AccountWriter(tx).findSignInById(actor.userId) : undefined;
      const factor = actor.kind !== 'user' || (asker?.secondFactorAt ?? null) !== null;
      if (requiresSecondFactor === true && !factor) throw policyOwnFactor();
      const owners = new OwnerStore(tx);
      await owners.change(org.id, policy);
      // Who runs the hub has no second factor that would count here.
      if (requiresSecondFactor === true && (await owners.listAble(org.id)).length === 0)
        throw lastFactor(org.name);
      await this.#epochs.advance(tx, 'identity');
      const entry = { subject: `account:${org.id}`, ...referencesOf(actor), personal: operatorFields(actor) };
      const body = { ...others, ...(days !== undefined && { mostTokenDays: days }) };
      if (requiresSecondFactor !== undefined)
        await record(tx, {
          ...entry,
          kind: 'org.second-factor-required',
          body: { required: requiresSecondFactor },
        });
      if (Object.keys(body).length > 0) await record(tx, { ...entry, kind: 'org.policy-changed', body });
    });
  }
}
