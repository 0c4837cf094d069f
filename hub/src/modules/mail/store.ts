// The only file that speaks SQL about mail.
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { MailFacts, type Language, type MailWish, type Message } from './model.ts';
import { type MailTables } from './tables.ts';

/** What the courier takes for the name of a recipient, in UTF-16 code units. */
const LONGEST_NAME = 200;

/** Where somebody gets mail. */
export interface Recipient {
  readonly name: string;
  readonly email: string;
  /** What they chose. */
  readonly language: Language;
}

/**
 * Whether the link of a sign-up, `i`, makes an account: one that was used, taken back or left too long does not, nor one whose
 * address got an account meanwhile, by another link of its own or by somebody's hand.
 */
export function opensAccount(now: Date): RawBuilder<boolean> {
  return sql<boolean>`i.asked_by is not null and i.used_at is null and i.revoked_at is null and i.expires_at > ${now}
    and not exists (select 1 from identity.account as had where lower(had.email) = lower(i.email))`;
}

/** Reads mail. */
export class MailReader {
  protected readonly db: Kysely<MailTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<MailTables>();
  }

  /** The recipient of a mail, also one who signs up; `undefined` for who has no address, or is disabled. */
  async findRecipient(accountId: Id, now: Date): Promise<Recipient | undefined> {
    const row = await this.db
      .selectFrom('identity.account')
      .select(['name', 'email', 'language'])
      .where('id', '=', accountId)
      .where('disabled_at', 'is', null)
      .executeTakeFirst();
    if (row === undefined) return await this.#findNewcomer(accountId, now);
    if (row.email === null) return undefined;
    return { name: row.name, email: row.email, language: row.language };
  }

  // Who signs up has no name yet. A link that opens nothing any more is not sent.
  async #findNewcomer(signUpId: Id, now: Date): Promise<Recipient | undefined> {
    const row = await this.db
      .selectFrom('identity.invitation as i')
      .select(['i.email', 'i.language'])
      .where('i.id', '=', signUpId)
      .where(opensAccount(now))
      .executeTakeFirst();
    // A long address is one all the same; as a name it is cut to what a mail takes.
    return row && { name: row.email.slice(0, LONGEST_NAME), email: row.email, language: row.language };
  }

  /** The mail that was not sent, newest first. */
  async listKept(limit: number): Promise<Message[]> {
    const rows = await this.db
      .selectFrom('mail.message')
      .selectAll()
      .where('state', '!=', 'sent')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    // What cannot be read cannot be shown; it must not keep the others from being.
    return rows.flatMap((row) => findMessage(row) ?? []);
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
        // What is no fact of this kind of mail does not get here, whoever wrote it.
        facts: JSON.stringify(MailFacts.parse(facts)) as Json as never,
        created_at: at,
        due_at: at,
      })
      .onConflict((conflict) => conflict.columns(['event', 'recipient_id']).doNothing())
      .execute();
  }

  /**
   * The mail that has waited longest for its turn, held until then by who takes it; none where none is due. What cannot be read
   * is settled as refused: it would be the one that has waited longest at every look, and no other mail would be sent.
   */
  async take(now: Date, until: Date): Promise<Message | undefined> {
    for (;;) {
      const row = await this.#takeRow(now, until);
      const message = row && findMessage(row);
      if (row === undefined || message !== undefined) return message;
      await this.#held(row.id, row.tries)
        .set({ state: 'refused', problem: 'What is kept of this mail cannot be read.', settled_at: now })
        .execute();
    }
  }

  async #takeRow(now: Date, until: Date): Promise<Selectable<MailTables['mail.message']> | undefined> {
    const found = await this.db
      .selectFrom('mail.message')
      .select('id')
      .where('state', '=', 'waiting')
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (found === undefined) return undefined;
    const row = await this.db
      .updateTable('mail.message')
      .set((held) => ({ due_at: until, tries: held('tries', '+', 1) }))
      .where('id', '=', found.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return row;
  }

  /** Says what became of a mail, unless somebody else has taken it up meanwhile. */
  async settle(
    { id, tries }: Pick<Message, 'id' | 'tries'>,
    to: { readonly state: 'sent' | 'refused'; readonly problem: string; readonly at: Date },
  ): Promise<void> {
    await this.#held(id, tries).set({ state: to.state, problem: to.problem, settled_at: to.at }).execute();
  }

  /** Says why a mail waits on, and until when. */
  async postpone(
    { id, tries }: Pick<Message, 'id' | 'tries'>,
    to: { readonly problem: string; readonly dueAt: Date },
  ): Promise<void> {
    await this.#held(id, tries).set({ problem: to.problem, due_at: to.dueAt }).execute();
  }

  /** Gives up what has waited since before. */
  async giveUp(before: Date, at: Date): Promise<void> {
    await this.db
      .updateTable('mail.message')
      .set({ state: 'given-up', settled_at: at })
      .where('state', '=', 'waiting')
      .where('created_at', '<', before)
      .execute();
  }

  /** Removes what was sent before. */
  async forgetSent(before: Date): Promise<void> {
    await this.db
      .deleteFrom('mail.message')
      .where('state', '=', 'sent')
      .where('settled_at', '<', before)
      .execute();
  }

  /** Removes sign-ups that were written before, were not sent, and whose link makes no account any more. */
  async forgetOver(before: Date, now: Date): Promise<void> {
    await this.db
      .deleteFrom('mail.message as m')
      .where('m.kind', '=', 'sign-up')
      .where('m.state', '!=', 'sent')
      .where('m.created_at', '<', before)
      .where(
        sql<boolean>`not exists (select 1 from identity.invitation as i where i.id = m.recipient_id and ${opensAccount(now)})`,
      )
      .execute();
  }

  // Whoever took it up after us counted one more try.
  #held(id: Id, tries: number) {
    return this.db
      .updateTable('mail.message')
      .where('id', '=', id)
      .where('tries', '=', tries)
      .where('state', '=', 'waiting');
  }
}

/** The mail of a row; `undefined` where its facts are none that this hub knows. */
function findMessage(row: Selectable<MailTables['mail.message']>): Message | undefined {
  const { data: facts } = MailFacts.safeParse(row.facts);
  if (facts === undefined) return undefined;
  return {
    id: row.id,
    recipientId: row.recipient_id,
    facts,
    createdAt: row.created_at,
    event: row.event,
    state: row.state,
    problem: row.problem,
    tries: row.tries,
  };
}
