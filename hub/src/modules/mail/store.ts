// The only file that speaks SQL about mail.
import { type Kysely, type Selectable } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { MailFacts, type MailWish, type Message } from './model.ts';
import { type MailTables } from './tables.ts';

/** Where somebody gets mail. */
export interface Recipient {
  readonly name: string;
  readonly email: string;
}

/** Reads mail. */
export class MailReader {
  protected readonly db: Kysely<MailTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<MailTables>();
  }

  /** The recipient of a mail; `undefined` for who has no address, or is disabled. */
  async findRecipient(accountId: Id): Promise<Recipient | undefined> {
    const row = await this.db
      .selectFrom('identity.account')
      .select(['name', 'email'])
      .where('id', '=', accountId)
      .where('disabled_at', 'is', null)
      .executeTakeFirst();
    const { name, email } = row ?? { name: '', email: null };
    return email === null ? undefined : { name, email };
  }

  /** The mail that is kept, newest first. */
  async listKept(limit: number): Promise<Message[]> {
    const rows = await this.db
      .selectFrom('mail.message')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toMessage);
  }
}

/** Changes mail. */
export class MailWriter extends MailReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Adds a mail, unless the recipient has one of this event. */
  async insert(id: Id, { event, recipientId, facts, at }: MailWish): Promise<void> {
    await this.db
      .insertInto('mail.message')
      .values({
        id,
        event,
        recipient_id: recipientId,
        kind: facts.kind,
        facts: JSON.stringify(facts) as Json as never,
        created_at: at,
      })
      .onConflict((conflict) => conflict.columns(['event', 'recipient_id']).doNothing())
      .execute();
  }
}

function toMessage(row: Selectable<MailTables['mail.message']>): Message {
  return {
    id: row.id,
    recipientId: row.recipient_id,
    facts: MailFacts.parse(row.facts),
    createdAt: row.created_at,
  };
}
