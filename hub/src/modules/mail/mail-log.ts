// The mail of the instance, for who looks after it: to whom, about what, and what became of it.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayOversee, type Actor } from '#modules/access';
import { mailForbidden } from './faults.ts';
import { MailLogReader, type LoggedMail, type MailFilter } from './mail-log-store.ts';

/** All mail that is still known. Each throws `mail.forbidden`. */
export class MailLog {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor({ db, clock }: { readonly db: Db; readonly clock: Clock }) {
    this.#db = db;
    this.#clock = clock;
  }

  /** A page of them, the newest first; `after` is the id of the last one that was shown. */
  async list(
    actor: Actor,
    filter: MailFilter,
    page: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<Page<LoggedMail>> {
    return await this.#reader(actor).list(filter, { ...page, now: this.#clock.now() });
  }

  /** How many were not sent, up to ten thousand. */
  async countKept(actor: Actor): Promise<number> {
    return await this.#reader(actor).countKept();
  }

  #reader(actor: Actor): MailLogReader {
    if (!mayOversee(actor).allowed) throw mailForbidden();
    return new MailLogReader(this.#db);
  }
}
