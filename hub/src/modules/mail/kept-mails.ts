// Shows the mail that waits. The hub has no network of its own: what sends mail is another process.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Actor, mayInstance } from '#modules/access';
import { compose, type Composed, type Language } from './compose.ts';
import { mailForbidden } from './faults.ts';
import { MailReader } from './store.ts';

/** A mail that was not sent, as an administrator sees it. */
export interface KeptMail extends Composed {
  readonly id: Id;
  /** The address; empty where the account has none any more. */
  readonly to: string;
  readonly createdAt: Date;
}

const MOST_SHOWN = 200;

/** The mail that was not sent. */
export class KeptMails {
  readonly #db: Db;
  readonly #hub: string;

  /** @param deps.hub the hub's address, without a slash at the end */
  constructor(deps: { readonly db: Db; readonly hub: string }) {
    this.#db = deps.db;
    this.#hub = deps.hub;
  }

  /** The newest first, in a language. Throws `mail.forbidden`. */
  async list(actor: Actor, language: Language): Promise<KeptMail[]> {
    if (!mayInstance(actor).allowed) throw mailForbidden();
    const reader = new MailReader(this.#db);
    const kept: KeptMail[] = [];
    for (const { id, recipientId, facts, createdAt } of await reader.listKept(MOST_SHOWN)) {
      const recipient = await reader.findRecipient(recipientId);
      const setting = { name: recipient?.name ?? '', language, hub: this.#hub };
      kept.push({ id, createdAt, to: recipient?.email ?? '', ...compose(facts, setting) });
    }
    return kept;
  }
}
