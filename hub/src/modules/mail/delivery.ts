// Sends mail that was put aside. Invariants: a mail counts as sent only after the mail server took it, and is then never sent
// again; whoever tries one holds it for a while, so that no two hubs try it at once and one that dies gives it back.
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock } from '@holdfast/kernel/clock';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayInstance, type Actor } from '#modules/access';
import { compose, type Composed } from './compose.ts';
import { mailForbidden, mailUnsendable } from './faults.ts';
import { GIVE_UP_AFTER_MS, keyOf, pauseAfter, type Message } from './model.ts';
import { MailReader, MailWriter } from './store.ts';

/** A mail as it is handed over. */
export interface OutgoingMail extends Composed {
  readonly key: string;
  readonly to: { readonly name: string; readonly address: string };
}

/** What became of it. `later`: nobody knows that it was taken. */
export type CarryOutcome =
  { readonly kind: 'taken' } | { readonly kind: 'refused' | 'later'; readonly why: string };

/** Takes mail to the operator's mail server. Neither call throws. */
export interface Carrier {
  send(mail: OutgoingMail): Promise<CarryOutcome>;
  /** Connects and signs in, and sends nothing. */
  check(): Promise<CarryOutcome>;
}

/** What sending needs. */
export interface DeliveryDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: mail is kept, and shown to administrators. */
  readonly carrier: Carrier | undefined;
  /** The hub's address, without a slash at the end. */
  readonly hub: string;
  /** The text of the link of a sign-up. */
  readonly signUpText: (invitation: string) => string;
}

/** How often is looked for mail. */
const EVERY_MS = 1_000;
/** A sweep at every so many looks. */
const SWEEP_EVERY = 600;
/** For so long a mail is held by who tries it: longer than any try takes. */
const HELD_MS = 120_000;
/** At the end, for so long a try under way is waited for; then another hub takes it up. */
const FAREWELL_MS = 5_000;
/** So long it is known what was sent, in case somebody asks. */
const KEPT_MS = 30 * 86_400_000;
/** So long it is shown that a sign-up was asked for, when its link is over. */
const OVER_KEPT_MS = 7 * 86_400_000;

/** Sends mail while it is open. */
export class Delivery implements AsyncDisposable {
  readonly #deps: DeliveryDeps;
  readonly #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** Begins to look for mail; where there is no mail server, only for what is to be forgotten. */
  start(): void {
    this.#running = this.#run();
  }

  /** Sends what is due, one after the other, and gives how many were tried. */
  async sendDue(): Promise<number> {
    const { carrier } = this.#deps;
    for (let tried = 0; ; tried += 1) {
      const message = carrier === undefined || this.#ending.signal.aborted ? undefined : await this.#take();
      if (carrier === undefined || message === undefined) return tried;
      await this.#try(carrier, message);
    }
  }

  /**
   * Forgets what was sent long ago, and sign-ups whose link has been over for days. Gives up what is no news any more, where there is
   * a mail server: else it is kept for who looks at it.
   */
  async sweep(): Promise<void> {
    const { clock, db, carrier } = this.#deps;
    const now = clock.now();
    const before = (age: number): Date => new Date(now.getTime() - age);
    await db.transaction(async (tx) => {
      const writer = new MailWriter(tx);
      if (carrier !== undefined) await writer.giveUp(before(GIVE_UP_AFTER_MS), now);
      await writer.forgetSent(before(KEPT_MS));
      await writer.forgetOver(before(OVER_KEPT_MS), now);
    });
  }

  /** Whether the mail server lets us in. Throws `mail.forbidden`, and `mail.unsendable` with what is wrong. */
  async check(actor: Actor): Promise<void> {
    if (!mayInstance(actor).allowed) throw mailForbidden();
    const { carrier } = this.#deps;
    if (carrier === undefined) throw mailUnsendable('no mail server is configured');
    const outcome = await carrier.check();
    if (outcome.kind !== 'taken') throw mailUnsendable(outcome.why);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let n = 0; !signal.aborted; n += 1) {
      try {
        // Before anything is sent: what waited while there was no mail server may be old.
        if (n % SWEEP_EVERY === 0) await this.sweep();
        await this.sendDue();
      } catch (err) {
        this.#deps.log.warn({ err }, 'mail could not be looked at; it is tried again');
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #take(): Promise<Message | undefined> {
    const now = this.#deps.clock.now();
    const until = new Date(now.getTime() + HELD_MS);
    return await this.#deps.db.transaction((tx) => new MailWriter(tx).take(now, until));
  }

  async #try(carrier: Carrier, message: Message): Promise<void> {
    const { db, clock, hub, signUpText, log } = this.#deps;
    const recipient = await new MailReader(db).findRecipient(message.recipientId, clock.now());
    const outcome: CarryOutcome =
      recipient === undefined
        ? { kind: 'refused', why: 'The account has no address or is disabled, or the sign-up is over.' }
        : await carrier.send({
            key: keyOf(message),
            to: { name: recipient.name, address: recipient.email },
            ...compose(message.facts, { ...recipient, hub, signUpText }),
          });
    await db.transaction((tx) => note(new MailWriter(tx), message, { outcome, at: clock.now() }));
    if (outcome.kind !== 'taken') log.warn({ mail: message.id, why: outcome.why }, 'a mail was not sent');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.race([this.#running, delay(FAREWELL_MS, undefined, { ref: false })]);
  }
}

async function note(
  writer: MailWriter,
  message: Message,
  { outcome, at }: { readonly outcome: CarryOutcome; readonly at: Date },
): Promise<void> {
  if (outcome.kind === 'taken') await writer.settle(message, { state: 'sent', problem: '', at });
  else if (outcome.kind === 'refused')
    await writer.settle(message, { state: 'refused', problem: outcome.why, at });
  else {
    const dueAt = new Date(at.getTime() + pauseAfter(message.tries));
    await writer.postpone(message, { problem: outcome.why, dueAt });
  }
}
