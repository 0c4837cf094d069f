// SQL that lists mail, the newest first.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { type MailFacts, type MailState } from './model.ts';
import { opensAccount } from './store.ts';
import { type MailTables } from './tables.ts';

/** A mail as the security centre shows it. */
export interface LoggedMail {
  readonly id: Id;
  readonly recipientName: string;
  readonly kind: MailFacts['kind'];
  readonly createdAt: Date;
  readonly state: MailState | 'over';
  readonly problem: string;
  readonly tries: number;
}

/** Which mail is wanted; what is absent does not matter. */
export interface MailFilter {
  readonly recipient?: string | undefined;
  readonly only?: 'kept' | 'sent' | undefined;
}

/** Further nobody counts. */
const MOST_COUNTED = 10_000;

/** Reads mail. */
export class MailLogReader {
  readonly #db: Kysely<MailTables>;

  constructor(db: Db) {
    this.#db = db.withTables<MailTables>();
  }

  /** A page of mail, the newest first. */
  async list(
    { recipient, only }: MailFilter,
    { limit, after, now }: { readonly limit: number; readonly after?: Id | undefined; readonly now: Date },
  ): Promise<Page<LoggedMail>> {
    let query = this.#db
      .selectFrom('mail.message as m')
      .leftJoin('identity.account as a', 'a.id', 'm.recipient_id')
      .leftJoin('identity.invitation as i', 'i.id', 'm.recipient_id')
      .select(['m.id', 'm.kind', 'm.created_at', 'm.state', 'm.problem', 'm.tries', 'a.name', 'i.email'])
      .select(opensAccount(now).as('opens'))
      .orderBy('m.id', 'desc')
      .limit(limit + 1);
    if (after !== undefined) query = query.where('m.id', '<', after);
    if (only !== undefined) query = query.where('m.state', only === 'sent' ? '=' : '!=', 'sent');
    if (recipient !== undefined)
      query = query.where(sql<string>`lower(a.name) collate "C"`, '=', recipient.toLowerCase());
    const rows = await query.execute();
    const items = rows.slice(0, limit).map(({ created_at: createdAt, name, email, kind, opens, ...row }) => ({
      ...row,
      state: shownState(row.state, { kind, opens }),
      kind: kind as MailFacts['kind'],
      createdAt,
      // Who signs up has no name yet; one that was forgotten has no address any more.
      recipientName: name ?? email ?? '',
    }));
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.id } : { items };
  }

  /** How many were not sent. */
  async countKept(): Promise<number> {
    const { n } = await this.#db
      .selectFrom(
        this.#db
          .selectFrom('mail.message')
          .select('id')
          .where('state', '!=', 'sent')
          .limit(MOST_COUNTED)
          .as('some'),
      )
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return n;
  }
}

/** A sign-up that was not sent, and whose link makes no account any more, waits for nothing. */
function shownState(
  state: MailState,
  { kind, opens }: { readonly kind: string; readonly opens: boolean | null },
): MailState | 'over' {
  return kind === 'sign-up' && state !== 'sent' && opens !== true ? 'over' : state;
}
