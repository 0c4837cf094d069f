// What a failure to hand over a mail means, and how it is told to an administrator. Pure.
import { type MailSettings } from '@holdfast/supervisor/settings';
import { type MailOutcome } from './frames.ts';

/** A failure as the SMTP client tells it. */
interface SmtpFailure {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly message?: string;
}

const PERMANENT = 500;
/** Where the server speaks of this mail and this recipient. Before, it speaks of us, and a correction helps. */
const OF_THE_MAIL: readonly string[] = ['RCPT TO', 'DATA'];

/** Whether it is to be tried again. Only a server's own word, about the mail itself, is final. */
export function outcomeOf(error: unknown, why: string): MailOutcome {
  const { responseCode = 0, command = '' } = error as SmtpFailure;
  const final = responseCode >= PERMANENT && OF_THE_MAIL.includes(command);
  return { kind: final ? 'refused' : 'later', why };
}

const REASONS: Readonly<Record<string, (settings: MailSettings) => string>> = {
  EDNS: ({ host }) => `the name ${host} of mail.host is not known; is it spelled right?`,
  ENOTFOUND: ({ host }) => `the name ${host} of mail.host is not known; is it spelled right?`,
  EAI_AGAIN: ({ host }) => `the name ${host} cannot be looked up at the moment`,
  ECONNREFUSED: ({ host, port }) =>
    `nothing listens on ${host} port ${String(port)}; is the mail server up, and mail.port right?`,
  ETIMEDOUT: ({ host, port }) => `${host} port ${String(port)} does not answer; does a firewall stop it?`,
  EHOSTUNREACH: ({ host }) => `there is no way to ${host} from here`,
  ENETUNREACH: ({ host }) => `there is no way to ${host} from here`,
  EAUTH: ({ user }) =>
    `the mail server does not let ${user ?? 'us'} in; are mail.user and the password right?`,
  ENOAUTH: () => 'the mail server wants a user and a password: set mail.user and mail.passwordFile',
  ETLS: ({ security }) =>
    security === 'starttls'
      ? 'the mail server offers no TLS, or none that can be checked; is mail.security right?'
      : 'TLS with the mail server failed; is mail.security right, and the certificate good?',
};

/** The failure in words: what was met, and what to look at. Never what was sent to the server. */
export function describeFailure(error: unknown, settings: MailSettings): string {
  const { code = '', responseCode, message = '' } = error as SmtpFailure;
  const isTls = /SSL routines|wrong version number/i.test(message);
  const reason = REASONS[isTls ? 'ETLS' : code]?.(settings);
  if (reason !== undefined)
    return responseCode === undefined ? reason : `${reason} (${String(responseCode)})`;
  if (/certificate|self-signed|altnames/i.test(message))
    return `its certificate is not good: ${clean(message)}`;
  return clean(message);
}

/** The server's words, as one line that can be shown anywhere. */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- a server's words must not steer a terminal
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 300);
}
