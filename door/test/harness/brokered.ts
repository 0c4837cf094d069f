// A door with brokered secrets in a world of played hosts, and raw requests to them.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { BEARER, header, PASSWORD } from '@holdfast/kernel/brokering/place';
import type { DoorStart } from '../../src/run/frames.ts';
import type { GrantedSecret } from '../../src/run/lease.ts';
import { openWorld, type TestDoor, type World } from './open-world.ts';
import { PLAYED } from './values.ts';
import { secretOf, VaultPlayer } from './vault-player.ts';

/** A door that has secrets. */
export interface Brokered extends AsyncDisposable {
  readonly world: World;
  readonly door: TestDoor;
  readonly vault: VaultPlayer;
  /** What its sandbox trusts (PEM). */
  readonly certificate: string;
  readonly secrets: readonly GrantedSecret[];
  /** Opens a tunnel to a host, and speaks TLS in it as one. */
  readonly openTls: (host: string, more?: Greeting) => Promise<TLSSocket>;
  /** Sends a raw request in a tunnel; gives all that comes back. */
  readonly ask: (host: string, text: string) => Promise<string>;
}

/** How a client greets. */
export interface Greeting {
  /** As whom it speaks to the host; the host's own name when absent. */
  readonly servername?: string;
  /** Whom it believes; the door when absent. */
  readonly ca?: string;
  /** What it offers to speak. */
  readonly protocols?: string[];
}

/** What the tests use most. */
export function usualSecrets(): GrantedSecret[] {
  return [
    secretOf('openai', [PLAYED.openai], { places: [BEARER], provider: 'openai' }),
    secretOf('anthropic', [PLAYED.anthropic], {
      places: [header('x-api-key'), BEARER],
      provider: 'anthropic',
    }),
    secretOf('google', [PLAYED.google], { places: [header('x-goog-api-key'), { in: 'query', name: 'key' }] }),
    secretOf('aws', [PLAYED.aws, PLAYED.bedrock], {
      places: [{ in: 'aws-signature', accessKeyId: '' }],
      provider: 'aws',
    }),
    secretOf('git', [PLAYED.git], { places: [BEARER, PASSWORD], provider: 'github' }),
    secretOf('hub', ['hub.holdfast.internal'], { places: [BEARER], provider: 'holdfast' }),
  ];
}

/** How its door is started. */
interface Manner {
  readonly wish?: Partial<DoorStart>;
  /** Whom it believes beside the public authorities; the world's hosts when absent. */
  readonly believed?: 'nobody' | undefined;
}

/** Opens one in a world of its own. The door believes the world's hosts, or nobody but the public authorities. */
export async function openBrokered(
  secrets: readonly GrantedSecret[] = usualSecrets(),
  wish: Partial<DoorStart> = {},
  believed?: 'nobody',
): Promise<Brokered> {
  const stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld());
  const opened = stack.use(await openBrokeredIn(world, secrets, { wish, believed }));
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync();
    },
  };
}

/** Opens one in a world that others are in, too: it ends before the world does. */
export async function openBrokeredIn(
  world: World,
  secrets: readonly GrantedSecret[],
  { wish = {}, believed }: Manner = {},
): Promise<Brokered> {
  const stack = new AsyncDisposableStack();
  const vault = stack.use(new VaultPlayer());
  const trusted = readFileSync(join(world.folder, 'cert.pem'), 'utf8');
  const secretsOf = vault.start(believed === 'nobody' ? undefined : trusted);
  const door = stack.use(await world.openDoor({ secrets: secretsOf, ...wish }));
  const certificate = vault.meet(door, secrets);
  const openTls: Brokered['openTls'] = async (host, more = {}) =>
    await open(door, certificate, { host, ...more });
  return {
    ...{ world, door, vault, certificate, secrets, openTls },
    ask: async (host, text) => {
      const socket = await openTls(host);
      socket.write(text, 'latin1');
      return await readAll(socket);
    },
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync();
    },
  };
}

async function open(
  door: TestDoor,
  certificate: string,
  {
    host,
    servername = host,
    protocols = ['http/1.1'],
    ca = certificate,
  }: Greeting & { readonly host: string },
): Promise<TLSSocket> {
  const plain = connect(join(door.out, 'door.sock'));
  // The door may reset what it has refused; what was said over it tells.
  plain.on('error', () => undefined);
  plain.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`);
  const [answer] = (await once(plain, 'data')) as [Buffer];
  if (!answer.toString().startsWith('HTTP/1.1 200')) throw new Error(answer.toString());
  const socket = connectTls({ socket: plain, servername, ca: [ca], ALPNProtocols: protocols });
  await once(socket, 'secureConnect');
  return socket;
}

/** All that comes until the other side ends, or nothing comes for long. */
export async function readAll(socket: TLSSocket, waitMs = 30_000): Promise<string> {
  let all = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (all += piece));
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([ended, delay(waitMs, undefined, { ref: false })]);
  socket.destroy();
  return all;
}

/** Waits until something is so: patiently, as a busy machine needs it. */
export async function until(isSo: () => boolean | Promise<boolean>, waitMs = 30_000): Promise<boolean> {
  for (let waited = 0; waited < waitMs; waited += 20) {
    if (await isSo()) return true;
    await delay(20);
  }
  return await isSo();
}
