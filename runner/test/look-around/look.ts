// Runs the probes in a sandbox that is made as for a run or as for a build, and hears what they say.
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { MiB } from '@holdfast/kernel/size';
import { FrameReader } from '@holdfast/platform/channel';
import { type Place, hear, specOf } from '../harness/place.ts';
import { callNumbers } from './calls.ts';
import { LOOKS } from './table.ts';

/** What code looks around: an app, or a package that is being built. */
export type Mode = 'run' | 'build';

/** What each probe said, by its name. */
export type Sayings = Readonly<Record<string, string>>;

/** Looks around. The hub is stood in for by a listener on loopback, a neighbour by a sandbox with a word in its command. */
export async function lookAround(place: Place, mode: Mode): Promise<Sayings> {
  const [source, environment, door, neighbourFiles] = [
    place.folder(),
    place.folder(),
    place.folder(),
    place.folder(),
  ];
  const marker = join(place.start.folder, 'marker');
  writeFileSync(marker, 'the host', { mode: 0o644 });
  layOut(source, marker);
  await using hub = await listen(0);
  // As the runner binds them.
  const names = mode === 'run' && !place.runtime.handsOver ? ['door.sock', 'visits.sock'] : ['door.sock'];
  await using sockets = new AsyncDisposableStack();
  for (const name of names) sockets.use(await listen(join(door, name)));
  const bound = describeFolder(door);
  await using hidden = await listen(`\0holdfast-look-${String(process.pid)}`);
  const word = `neighbour-${String(process.pid)}`;
  const neighbour = await place.runtime.openSandbox(
    specOf(place, { command: ['/bin/sh', '-c', `read -r _ <&3; : ${word}`] }),
  );
  const mounts = [
    { from: source, to: '/source', access: 'read' },
    { from: environment, to: '/opt/env', access: mode === 'build' ? 'write' : 'read' },
  ] as const;
  const command = ['/usr/bin/python3', '-I', mode === 'build' ? '/source/setup.py' : '/source/app.py'];
  const sandbox = await place.runtime.openSandbox(specOf(place, { command, mounts, door }));
  const given = {
    port: hub.port,
    abstract: `holdfast-look-${String(process.pid)}`,
    marker,
    folder: place.start.folder,
    neighbour: neighbourFiles,
    pid: neighbour.first.pid,
    word,
    memory: 512 * MiB,
  };
  const probes = LOOKS.flatMap((group) => group.probes).map(({ name, python }) => ({ name, python }));
  sandbox.channel.write(`${JSON.stringify({ given, calls: callNumbers(process.arch), probes })}\n`);
  const sayings: Record<string, string> = {};
  const reader = new FrameReader();
  sandbox.channel.on('data', (bytes: Buffer) => {
    for (const frame of reader.push(bytes)) {
      const [name, said] = frame as [string, string];
      sayings[name] = said;
    }
  });
  const said = await hear(sandbox);
  if (said.code !== 0) throw new Error(`the looking ended with ${String(said.code)}: ${said.stderr}`);
  if (!existsSync(`/proc/${String(neighbour.first.pid)}`))
    throw new Error('the neighbour whose number was tried has ended meanwhile, so that this shows nothing');
  if (readFileSync(marker, 'utf8') !== 'the host') throw new Error('a probe wrote to the host');
  await neighbour.kill();
  if (describeFolder(door) !== bound) throw new Error('a probe changed the sockets of the door');
  void hidden;
  return sayings;
}

/** What lies in it, and which file each is. */
function describeFolder(folder: string): string {
  const of = (name: string): string => `${name} ${String(lstatSync(join(folder, name)).ino)}`;
  return readdirSync(folder).toSorted().map(of).join('\n');
}

function layOut(source: string, marker: string): void {
  const look = readFileSync(join(import.meta.dirname, 'look.py'));
  for (const name of ['app.py', 'setup.py']) writeFileSync(join(source, name), look, { mode: 0o644 });
  symlinkSync(marker, join(source, 'absolute'));
  symlinkSync(`${'../'.repeat(20)}${marker.slice(1)}`, join(source, 'climbing'));
  symlinkSync(`/proc/${String(process.pid)}/root`, join(source, 'process'));
  mkdirSync(join(source, 'folder'));
}

async function listen(at: number | string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.end());
  if (typeof at === 'number') server.listen(at, '127.0.0.1');
  else server.listen(at);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
