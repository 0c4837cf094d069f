// Renames and deletes namespaces: the account, and what the repositories in it are called.
import { type Clock } from '@holdfast/kernel/clock';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { endAccount, holdOwned, renameAccount, type Account } from '#modules/identity';
import { record } from '#modules/ledger';
import { namespaceNotEmpty } from './faults.ts';
import { RepoWriter } from './store.ts';

/** A user or an organisation, by name. */
export interface NamespaceName {
  readonly kind: Account['kind'];
  readonly name: string;
}

/** The namespaces of the instance. */
export class Namespaces {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
  }

  /**
   * Gives a namespace another name. The old one leads to its repositories, and nobody else gets it. Throws what
   * `holdOwned` and `renameAccount` of `identity` throw.
   */
  async rename(actor: Actor, from: NamespaceName, to: string): Promise<Account> {
    return await this.#db.transaction(async (tx) => {
      const account = await holdOwned(tx, actor, { ...from, now: this.#clock.now() });
      const renamed = await renameAccount(tx, account, to);
      await new RepoWriter(tx).renameNamespace(account.id, to);
      for (const epoch of ['identity', 'repos'] as const) await this.#epochs.advance(tx, epoch);
      await record(tx, {
        kind: 'account.renamed',
        subject: `account:${account.id}`,
        ...referencesOf(actor),
        body: { type: account.kind },
        personal: { name: to, before: account.name, ...operatorFields(actor) },
      });
      return renamed;
    });
  }

  /**
   * Deletes a namespace that holds no repository. Its names are nobody's from then on. Throws `repo.namespace-not-empty` and
   * what `holdOwned` and `endAccount` of `identity` throw.
   */
  async delete(actor: Actor, of: NamespaceName): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const now = this.#clock.now();
      const account = await holdOwned(tx, actor, { ...of, now });
      if (await new RepoWriter(tx).hasAnyIn(account.id)) throw namespaceNotEmpty(account.name);
      await endAccount(tx, account, now);
      for (const epoch of ['identity', 'repos'] as const) await this.#epochs.advance(tx, epoch);
      await record(tx, {
        kind: 'account.deleted',
        subject: `account:${account.id}`,
        ...referencesOf(actor),
        body: { type: account.kind },
        personal: { name: account.name, ...operatorFields(actor) },
      });
    });
  }
}
