// The way to the courier: asks, and waits for the answer. A courier that is not there, ends or says nothing is a failure of
// the moment: whoever asked tries again, or says so.
import { newId, type Id } from '@holdfast/kernel/id';
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { z } from 'zod';
import { Answer, MailOutcome, type Request, SignOnOutcome, type SignOnStart } from '@holdfast/courier/frames';
import { type Carrier } from '#modules/mail';

/** Requests of each of two kinds without an answer yet: sign-ons at an issuer that says nothing keep no mail. */
const MOST_WAITING = 100;
/** Longer than the courier gives the outside. */
const PATIENCE_MS = 60_000;

const Gone = z.object({ gone: z.literal(true) });

/** What is asked, without its number. */
type Question<R = Request> = R extends Request ? Omit<R, 'id'> : never;

/** Asks the courier. */
export class CourierLink implements Carrier {
  readonly #channel: Pick<Channel, 'send' | 'onFrame' | 'closed'>;
  readonly #log: Log;
  readonly #waiting = new Map<string, (outcome: Answer['outcome'] | undefined) => void>();
  readonly #asked = { mail: 0, signOn: 0 };

  constructor(channel: Pick<Channel, 'send' | 'onFrame' | 'closed'>, log: Log) {
    this.#channel = channel;
    this.#log = log;
    channel.onFrame((frame) => {
      this.#accept(frame);
    });
    void channel.closed.then(() => {
      this.#failAll();
    });
  }

  /** Hands a mail over. */
  async send(mail: Parameters<Carrier['send']>[0]): Promise<MailOutcome> {
    return readMail(await this.#ask({ ask: 'send-mail', mail }));
  }

  /** Connects to the mail server and signs in. */
  async check(): Promise<MailOutcome> {
    return readMail(await this.#ask({ ask: 'check-mail' }));
  }

  /** The address to which a browser goes to sign on. */
  async begin(start: SignOnStart): Promise<SignOnOutcome> {
    return readSignOn(await this.#ask({ ask: 'begin-sign-on', start }));
  }

  /** Who came back. */
  async end(start: SignOnStart, query: string): Promise<SignOnOutcome> {
    return readSignOn(await this.#ask({ ask: 'end-sign-on', start, query }));
  }

  /** Nothing where there is no answer. */
  async #ask(question: Question): Promise<Answer['outcome'] | undefined> {
    const kind = question.ask.endsWith('mail') ? 'mail' : 'signOn';
    if (this.#asked[kind] >= MOST_WAITING) return undefined;
    this.#asked[kind] += 1;
    const id: Id = newId(new Date());
    const { promise, resolve } = Promise.withResolvers<Answer['outcome'] | undefined>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(() => {
      resolve(undefined);
    }, PATIENCE_MS);
    this.#channel.send({ ...question, id } satisfies Request);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
      this.#asked[kind] -= 1;
    }
  }

  #accept(frame: unknown): void {
    const answer = Answer.safeParse(frame);
    // One that came too late, or was for a hub before this one, is nobody's.
    if (answer.success) this.#waiting.get(answer.data.id)?.(answer.data.outcome);
    else if (Gone.safeParse(frame).success) this.#failAll();
    else this.#log.error('the courier said what is no answer');
  }

  #failAll(): void {
    for (const resolve of this.#waiting.values()) resolve(undefined);
  }
}

// An answer to another question is none.
function readMail(outcome: Answer['outcome'] | undefined): MailOutcome {
  const read = MailOutcome.safeParse(outcome);
  return read.success ? read.data : { kind: 'later', why: 'the courier is not there at the moment' };
}

function readSignOn(outcome: Answer['outcome'] | undefined): SignOnOutcome {
  const read = SignOnOutcome.safeParse(outcome);
  return read.success ? read.data : { kind: 'unreachable' };
}
