// A courier in the test's own process, with the real frames between.
import { duplexPair } from 'node:stream';
import { openLog, type Log } from '@holdfast/platform/log';
import { Channel } from '@holdfast/platform/channel';
import { Secret } from '@holdfast/kernel/secret';
import { type MailSettings } from '@holdfast/supervisor/settings';
import { serveHub } from '@holdfast/courier/courier';
import { type Issuer } from '@holdfast/courier/issuer';
import { MailServer } from '@holdfast/courier/mail-server';
import { CourierLink } from '../../src/courier-link.ts';

/** A courier, and the hub's way to it. */
export interface TestCourier extends AsyncDisposable {
  readonly link: CourierLink;
  /** The hub's end, to say what no hub would say. */
  readonly near: Channel;
  /** What it logged. */
  readonly lines: readonly string[];
}

/** Settings for a mail server on this machine. */
export function mailSettings(port: number, more: Partial<MailSettings> = {}): MailSettings {
  const from = 'Holdfast <hub@example.org>';
  return { host: '127.0.0.1', port, security: 'off', from, user: null, certificates: null, ...more };
}

/** Opens a mail server as the courier does. */
export function mailServerOf(settings: MailSettings, password?: string): MailServer {
  return new MailServer(settings, password === undefined ? undefined : new Secret(password));
}

/** Opens a courier for a mail server and an issuer. */
export function openCourier(mail: MailServer | undefined, issuerFor?: (log: Log) => Issuer): TestCourier {
  const lines: string[] = [];
  const log: Log = openLog('courier', { write: (line) => void lines.push(line) });
  const [ours, theirs] = duplexPair();
  const near = new Channel(ours);
  const far = new Channel(theirs);
  serveHub(far, { mail, issuer: issuerFor?.(log) }, log);
  const link = new CourierLink(near, log);
  return {
    link,
    near,
    lines,
    [Symbol.asyncDispose]: async () => {
      await near[Symbol.asyncDispose]();
      await far[Symbol.asyncDispose]();
    },
  };
}
