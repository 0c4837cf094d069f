// Hands mail to the operator's mail server by SMTP (RFC 5321). Invariants: no other place is connected to; without TLS where
// TLS was asked for nothing is said; a mail that the server took is not handed over again by this process.
import { createTransport, type Transporter } from 'nodemailer';
import { type Secret } from '@holdfast/kernel/secret';
import { type MailSettings } from '@holdfast/supervisor/settings';
import { type MailOutcome, type OutgoingMail } from './frames.ts';
import { describeFailure, outcomeOf } from './mail-failure.ts';
import { authorities, openSocket } from './reach.ts';

/** Milliseconds for one mail, however the server trickles. */
const PATIENCE = 40_000;
/** Milliseconds of silence. */
const SILENCE = 20_000;
/** Mails that are remembered as taken: a hub that ended before it noted the answer asks again. */
const REMEMBERED = 10_000;

/** The operator's mail server. */
export class MailServer {
  readonly #settings: MailSettings;
  readonly #password: Secret<string> | undefined;
  readonly #taken = new Set<string>();

  constructor(settings: MailSettings, password: Secret<string> | undefined) {
    this.#settings = settings;
    this.#password = password;
  }

  /** Hands a mail over, at most once for each key while this process runs. Never throws. */
  async send(mail: OutgoingMail): Promise<MailOutcome> {
    if (this.#taken.has(mail.key)) return { kind: 'taken' };
    const { from } = this.#settings;
    const outcome = await this.#talk(async (transport) => {
      await transport.sendMail({
        from,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        messageId: messageIdOf(mail.key, from),
        // No out-of-office note, and no other automaton, answers this (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    });
    if (outcome.kind === 'taken') this.#remember(mail.key);
    return outcome;
  }

  /** Connects and signs in, and sends nothing. Never throws. */
  async check(): Promise<MailOutcome> {
    return await this.#talk(async (transport) => {
      await transport.verify();
    });
  }

  async #talk(work: (transport: Transporter) => Promise<void>): Promise<MailOutcome> {
    const { signal, ...deadline } = startDeadline();
    try {
      await Promise.race([this.#open(signal).then(work), deadline.passed]);
      return { kind: 'taken' };
    } catch (error) {
      return outcomeOf(error, describeFailure(error, this.#settings));
    } finally {
      deadline.end();
    }
  }

  // A connection for each mail: there are few, and none is found dead when it is needed.
  async #open(signal: AbortSignal): Promise<Transporter> {
    const { host, port, security, user, certificates } = this.#settings;
    const pass = this.#password?.reveal('to sign in to the mail server') ?? '';
    return createTransport({
      host,
      port,
      secure: security === 'tls',
      // Whoever sits between could else leave the offer of TLS out, and read.
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'off',
      tls: { ca: authorities(certificates) },
      ...(user !== null && { auth: { user, pass } }),
      connectionTimeout: SILENCE,
      greetingTimeout: SILENCE,
      socketTimeout: SILENCE,
      // A mail holds what it is given; nothing in it is a path or an address to read from.
      disableFileAccess: true,
      disableUrlAccess: true,
      connection: await openSocket({ host, port }, signal),
    });
  }

  #remember(key: string): void {
    this.#taken.add(key);
    const [oldest] = this.#taken;
    if (this.#taken.size > REMEMBERED && oldest !== undefined) this.#taken.delete(oldest);
  }
}

/** The same for every try, so that a mail that came twice is known for one. */
function messageIdOf(key: string, from: string): string {
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/[>\s]/g, '');
  return `<${key.slice(0, 40)}@${domain}>`;
}

interface Deadline {
  readonly signal: AbortSignal;
  readonly passed: Promise<never>;
  end(): void;
}

function startDeadline(): Deadline {
  const cut = new AbortController();
  const { promise: passed, reject } = Promise.withResolvers<never>();
  passed.catch(() => undefined);
  const timer = setTimeout(() => {
    reject(new Error(`the mail server was not done within ${String(PATIENCE / 1000)} s`));
    cut.abort();
  }, PATIENCE);
  const end = (): void => {
    clearTimeout(timer);
    cut.abort();
  };
  return { signal: cut.signal, passed, end };
}
