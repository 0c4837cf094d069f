// What users say of themselves beside the name they are known by.
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { mayCredentials, referencesOf, type UserActor } from '#modules/access';
import { record } from '#modules/ledger';
import { credentialsForbidden, fullnameInvalid } from './faults.ts';
import { isFullname } from './model.ts';
import { ProfileWriter } from './profile-store.ts';

/** The profiles of users. */
export class Profiles {
  readonly #db: Db;
  readonly #epochs: Epochs;

  constructor(deps: { db: Db; epochs: Epochs }) {
    this.#db = deps.db;
    this.#epochs = deps.epochs;
  }

  /**
   * Gives the user the full name that others see; an empty one takes it away, and the user name stands for it. Throws
   * `account.credentials-forbidden`, `account.fullname-invalid`.
   */
  async setFullname(actor: UserActor, wish: string): Promise<void> {
    if (!mayCredentials(actor, actor.userId).allowed) throw credentialsForbidden();
    const fullname = wish.trim().normalize('NFC');
    if (fullname !== '' && !isFullname(fullname)) throw fullnameInvalid();
    await this.#db.transaction(async (tx) => {
      if (!(await new ProfileWriter(tx).setFullname(actor.userId, fullname))) return;
      await this.#epochs.advance(tx, 'identity');
      await record(tx, {
        kind: 'account.fullname-set',
        subject: `account:${actor.userId}`,
        ...referencesOf(actor),
        body: {},
        personal: { fullname },
      });
    });
  }
}
