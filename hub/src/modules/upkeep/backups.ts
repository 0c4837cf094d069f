// Puts backups on record. Who has one has what the instance had, so that its entry comes before the first byte of it: one that
// fails later is on record all the same. Whoever copies files by other means is not seen here.
import { type Db } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';

/** What of the instance is about to be copied. */
export interface BackupParts {
  readonly data: boolean;
  readonly keys: boolean;
}

/** Records them. */
export class Backups {
  readonly #db: Db;

  constructor(deps: { readonly db: Db }) {
    this.#db = deps.db;
  }

  /** Says that a backup begins. */
  async begin(actor: Actor, { data, keys }: BackupParts): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await record(tx, {
        kind: 'instance.backed-up',
        subject: 'instance',
        ...referencesOf(actor),
        body: { data, keys },
        personal: operatorFields(actor),
      });
    });
  }
}
