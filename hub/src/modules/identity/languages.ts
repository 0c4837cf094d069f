// In which language a user is written to.
import { type Db } from '@holdfast/platform/postgres/database';
import { mayCredentials, referencesOf, type UserActor } from '#modules/access';
import { record } from '#modules/ledger';
import { type Language } from '#modules/mail';
import { credentialsForbidden } from './faults.ts';
import { LanguageWriter } from './language-store.ts';

/** What users chose. */
export class Languages {
  readonly #db: Db;

  constructor(deps: { db: Db }) {
    this.#db = deps.db;
  }

  /** Has a user be written to in a language from now on. Throws `account.credentials-forbidden`. */
  async choose(actor: UserActor, language: Language): Promise<void> {
    if (!mayCredentials(actor, actor.userId).allowed) throw credentialsForbidden();
    await this.#db.transaction(async (tx) => {
      if (!(await new LanguageWriter(tx).set(actor.userId, language))) return;
      await record(tx, {
        kind: 'account.language-set',
        subject: `account:${actor.userId}`,
        ...referencesOf(actor),
        body: { language },
      });
    });
  }
}
