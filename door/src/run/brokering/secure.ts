// TLS on both sides of a bound host: the door stands before the app as that host, and is a client of the host itself, which it believes
// by public authorities, and by those that the operator named.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createSecureContext, rootCertificates, TLSSocket, type SecureContext } from 'node:tls';
import { tellApp } from '../answers.ts';
import type { Opened } from '../http/policy.ts';
import type { Leaf } from './authority.ts';

const HANDSHAKE_MS = 10_000;

/** All that is spoken here, on either side. */
const PROTOCOL = 'http/1.1';

/** Speaks TLS with an app as a host; `undefined` when they do not come together, and why. */
export async function secureClient(
  client: Socket,
  { host, leaf, certificate }: { readonly host: string; readonly leaf: Leaf; readonly certificate: string },
): Promise<{ readonly socket: TLSSocket } | { readonly why: string }> {
  const context = createSecureContext({
    key: leaf.key,
    cert: `${leaf.certificate}\n${certificate}`,
    minVersion: 'TLSv1.2',
  });
  let asked: string | undefined;
  let offered: readonly string[] = [PROTOCOL];
  const socket = new TLSSocket(client, {
    isServer: true,
    secureContext: context,
    ALPNCallback: ({ protocols }) => {
      offered = protocols;
      return protocols.find((protocol) => protocol === PROTOCOL);
    },
    SNICallback: (name, done) => {
      asked = name.toLowerCase();
      if (asked === host) done(null, context);
      else done(new Error('another host'));
    },
  });
  const open = await settle(socket, 'secure');
  if (open && asked === host) return { socket };
  socket.destroy();
  // Found out before the name is.
  if (!offered.includes(PROTOCOL))
    return { why: 'the app speaks no HTTP/1.1, which is what the door speaks at hosts with a secret' };
  if (asked === host) return { why: 'the app does not believe the door, or speaks no TLS' };
  return {
    why: `the connection is for ${host}, and its greeting ${asked === undefined ? 'names nobody' : `is for ${asked}`}`,
  };
}

/** Speaks TLS with a host over connections that were opened to it. */
export class SecureOutside {
  readonly #context: SecureContext;
  readonly #sessions = new Map<string, Buffer>();

  /** Believes the public authorities, and these of the operator's (PEM). */
  constructor(certificates: string | undefined) {
    this.#context = createSecureContext({
      ca: [...rootCertificates, ...(certificates === undefined ? [] : [certificates])],
      minVersion: 'TLSv1.2',
    });
  }

  /** Believes the host, or gives the answer that says why not. */
  async secure(opened: Opened, host: string): Promise<Opened> {
    if (opened.kind === 'refused') return opened;
    const session = this.#sessions.get(host);
    const socket = connect({
      socket: opened.socket,
      servername: host,
      secureContext: this.#context,
      ALPNProtocols: [PROTOCOL],
      ...(session === undefined ? {} : { session }),
    });
    socket.on('session', (next: Buffer) => this.#sessions.set(host, next));
    if (await settle(socket, 'secureConnect')) return { kind: 'open', socket };
    this.#sessions.delete(host);
    socket.destroy();
    return {
      kind: 'refused',
      answer: tellApp(
        502,
        `${host} is not believed: its certificate is not one that the public trusts, nor of an authority that the operator of this hub named`,
      ),
    };
  }
}

async function settle(socket: TLSSocket, event: 'secure' | 'secureConnect'): Promise<boolean> {
  const ended = new AbortController();
  socket.on('error', () => {
    ended.abort();
  });
  socket.once('close', () => {
    ended.abort();
  });
  const timer = setTimeout(() => {
    ended.abort();
  }, HANDSHAKE_MS);
  try {
    await once(socket, event, { signal: ended.signal });
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
