// Shows the mail that was not sent, and why.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Actor, mayInstance } from '#modules/access';
import { compose, composeOver, type Composed, type Setting } from './compose.ts';
import { mailForbidden } from './faults.ts';
import { type Language, type MailState } from './model.ts';
import { MailReader } from './store.ts';

/** A mail that was not sent, as an administrator sees it. */
export interface KeptMail extends Composed {
  readonly id: Id;
  /** The address; empty where the account has none any more. */
  readonly to: string;
  readonly createdAt: Date;
  /** `over`: the link that it would carry makes no account any more, and is not in it. */
  readonly state: MailState | 'over';
  /** Why it was not sent; empty where it was not tried. */
  readonly problem: string;
}

const MOST_SHOWN = 200;

/** The mail that was not sent. */
export class KeptMails {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #links: Pick<Setting, 'hub' | 'signUpText'>;

  constructor({
    db,
    clock,
    ...links
  }: { readonly db: Db; readonly clock: Clock } & Pick<Setting, 'hub' | 'signUpText'>) {
    this.#db = db;
    this.#clock = clock;
    this.#links = links;
  }

  /** The newest first, in a language, or as each recipient would get it. Throws `mail.forbidden`. */
  async list(actor: Actor, language?: Language): Promise<KeptMail[]> {
    if (!mayInstance(actor).allowed) throw mailForbidden();
    const reader = new MailReader(this.#db);
    const now = this.#clock.now();
    const kept: KeptMail[] = [];
    for (const { recipientId, facts, ...message } of await reader.listKept(MOST_SHOWN)) {
      const recipient = await reader.findRecipient(recipientId, now);
      const isOver = facts.kind === 'sign-up' && recipient === undefined;
      const { id, createdAt, problem } = message;
      const tongue = language ?? recipient?.language ?? 'en';
      const setting = { name: recipient?.name ?? '', language: tongue, ...this.#links };
      kept.push({
        ...{ id, createdAt, problem, to: recipient?.email ?? '' },
        state: isOver ? 'over' : message.state,
        ...(isOver ? composeOver(facts, setting) : compose(facts, setting)),
      });
    }
    return kept;
  }
}
