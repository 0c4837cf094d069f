// A mail server for tests: it takes mail, or does what a test tells it.
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** What the server does when the mail itself has come: takes it, breaks off without a word, or waits first. */
export type AfterMail = 'take' | 'die' | number;

/** How a server behaves. */
export interface MailServerOptions {
  /** The one that another had; free where absent. */
  readonly port?: number;
  /** How it treats a recipient: takes, or refuses with a code of SMTP. */
  readonly treat?: (address: string) => number | undefined;
  readonly afterMail?: (address: string) => AfterMail;
  /** Whom it lets in; everybody where absent. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Its certificate; without one it has no TLS. `first` speaks it from the first byte. */
  readonly certificate?: { readonly key: string; readonly cert: string; readonly first: boolean };
}

/** A mail that was taken, as it came over the line. */
export interface TakenMail {
  readonly to: string;
  readonly source: string;
}

/** A running server. Disposal stops it. */
export interface TestMailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  /** Mails that came whole, whether they were taken or not. */
  readonly seen: readonly TakenMail[];
  mailsTo(address: string): readonly string[];
}

/** Starts one. */
export async function startMailServer(options: MailServerOptions = {}): Promise<TestMailServer> {
  const mails: TakenMail[] = [];
  const seen: TakenMail[] = [];
  const server = new SMTPServer({
    authOptional: options.login === undefined,
    allowInsecureAuth: true,
    disabledCommands: [
      ...(options.login === undefined ? ['AUTH'] : []),
      ...(options.certificate === undefined ? ['STARTTLS'] : []),
    ],
    ...(options.certificate && { ...options.certificate, secure: options.certificate.first }),
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      const { login } = options;
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(new Error('wrong user or password'));
    },
    onRcptTo: ({ address }, _session, done) => {
      const code = options.treat?.(address);
      if (code === undefined) done();
      else done(Object.assign(new Error('not now, or never'), { responseCode: code }));
    },
    onData: (stream, session, done) => {
      void text(stream).then((source) => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join();
        const mail = { to, source };
        seen.push(mail);
        const then = options.afterMail?.(to) ?? 'take';
        if (then === 'die') {
          breakOff(server);
          return;
        }
        setTimeout(
          () => {
            mails.push(mail);
            done();
          },
          then === 'take' ? 0 : then,
        ).unref();
      });
    },
  });
  server.on('error', () => undefined); // clients that go away
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    seen,
    mailsTo: (address) => mails.filter(({ to }) => to === address).map(({ source }) => source),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      breakOff(server);
      await closed;
    },
  };
}

// As when its machine loses power: no answer, no farewell.
function breakOff(server: SMTPServer): void {
  for (const connection of server.connections as Iterable<{ _socket: { destroy(): void } }>)
    connection._socket.destroy();
}
