// The real door of an app as a process, to a hub of the test's, and requests as the app sends them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { type Socket } from 'node:net';
import { type DoorStart } from '@holdfast/door/run/frames';
import { Channel } from '@holdfast/platform/channel';
import { bindUnix } from '@holdfast/platform/listeners';
import { type Ask } from './run-credentials.ts';
import { openScratch } from './scratch.ts';

const DOOR = resolve(import.meta.dirname, '../../../door/src/run/main.ts');
/** How an app calls the hub. */
export const HUB_INSIDE = 'http://hub.holdfast.internal';

/** A door. */
export interface RunDoor extends AsyncDisposable {
  /** Asks as the app of its run. */
  readonly ask: Ask;
}

/** Opens one for a run without brokered secrets, which proves this to the hub. */
export async function openRunDoor(hub: { readonly port: number }, proof: string | null): Promise<RunDoor> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await openScratch('door'));
  await mkdir(join(path, 'out'));
  const [out, visits] = [join(path, 'out/door.sock'), join(path, 'visits.sock')];
  const sockets = [opened.use(bindUnix(out)), opened.use(bindUnix(visits))];
  const child = spawn(process.execPath, [DOOR], {
    env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', ...sockets.map(({ handle }) => handle.fd)],
  });
  opened.defer(async () => await end(child));
  const channel = opened.use(new Channel(child.stdio[3] as Socket));
  const start: DoorStart = {
    type: 'start',
    egress: { kind: 'closed' },
    ports: [80, 443],
    hub: { name: 'hub.holdfast.internal', publicName: null, address: '127.0.0.1', port: hub.port, proof },
    ...{ own: [], resolver: ['127.0.0.1:9'], incoming: join(path, 'app.sock') },
    ...{ spaceHost: 'a-b.spaces.example.org', secrets: null },
  };
  channel.send(start);
  await channel.next();
  const running = opened.move();
  return { ask: askBy(out), [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

/** As clients ask a proxy: the whole address stands in the first line. */
function askBy(socketPath: string): Ask {
  return async (url, { method = 'GET', headers = {}, body = '' } = {}) => {
    const { promise, resolve: answer, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const length = method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = { ...headers, host: new URL(url).host, ...length };
    request({ socketPath, path: url, method, headers: sent, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => (text += part));
      incoming.on('end', () => answer({ status: incoming.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end(body);
    return await promise;
  };
}
