// The outside that apps of a real instance reach: hosts of providers, played in a network of their own that this machine reaches by one
// public address, a resolver that leads to it, and an authority that vouches for them. The instance is told of both by its
// configuration, as an operator would; the door judges addresses as always, and this one is public and not the machine's.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable, type Writable } from 'node:stream';
import { makeRepository, type Seen } from '@holdfast/door/played/open-world';
import type { Wanted } from '@holdfast/door/played/played-hosts';
import { answerQuestion, type AddressesOf } from '@holdfast/door/played/played-names';
import { PLAYED } from '@holdfast/door/played/values';
import { makeCertificates } from './certificates.ts';
import { mustRun, plainEnvironment } from './program.ts';
import { openScratch } from './scratch.ts';

/** A name that leads to this machine itself. */
export const NEAR = 'near.example.org';
/** A name that leads to a private address, at which the hosts answer as well. */
export const INNER = 'inner.example.org';

/** The outside. */
export interface Outside extends AsyncDisposable {
  /** What the hosts were asked, in order. */
  readonly seen: readonly Seen[];
  /** How an instance is configured that is to find them. */
  readonly instance: {
    readonly spaces: { readonly resolver: readonly string[]; readonly hostCertificates: string };
  };
}

type Hosts = ChildProcessByStdio<Writable, Readable, null>;

/** Opens it, with hosts that want to be asked with these values. Takes root. */
export async function openOutside(wanted: Wanted): Promise<Outside> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await openScratch('outside'));
  // For an instance of another user, which is told of the authority by its path.
  await chmod(scratch.path, 0o711);
  const names = [...Object.values(PLAYED), NEAR, INNER];
  await makeCertificates(
    scratch.path,
    names.map((name) => `DNS:${name}`),
  );
  await makeRepository(scratch.path);
  const seen: Seen[] = [];
  const hosts = stack.adopt(startHosts(scratch.path, wanted), endProgram);
  await untilServing(hosts, seen);
  const part = `${randomInt(1, 250)}.${randomInt(1, 250)}`;
  const [address, inner] = [`93.184.${part}`, `10.93.${part}`];
  await tie(hosts.pid ?? 0, { addresses: [address, inner], own: `10.94.${part}` });
  const resolver = await openResolver((name) => {
    if (name === NEAR) return ['127.0.0.1'];
    return name === INNER ? [inner] : names.includes(name) ? [address] : undefined;
  });
  stack.defer(() => {
    resolver.close();
  });
  const spaces = {
    resolver: [`127.0.0.1:${resolver.address().port}`],
    hostCertificates: path.join(scratch.path, 'authority.pem'),
  };
  const kept = stack.move();
  return { seen, instance: { spaces }, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** In a network of its own, and not for longer than this process. */
function startHosts(folder: string, wanted: Wanted): Hosts {
  const program = [process.execPath, path.join(import.meta.dirname, 'outside-hosts.ts'), folder];
  const child = spawn('/usr/bin/setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', ...program], {
    env: plainEnvironment({}),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(wanted));
  return child;
}

/** Settles once both ports serve; `seen` takes all that comes after that. */
async function untilServing(hosts: Hosts, seen: Seen[]): Promise<void> {
  let ports = 0;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  createInterface({ input: hosts.stdout }).on('line', (line) => {
    if (ports < 2) ports += 1;
    else seen.push(JSON.parse(line) as Seen);
    if (ports === 2) resolve(undefined);
  });
  hosts.once('exit', (code) => {
    reject(new Error(`the outside ended with ${code}`));
  });
  await promise;
}

async function openResolver(addressesOf: AddressesOf): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    socket.send(answerQuestion(message, addressesOf), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

interface Tie {
  /** Of the process. */
  readonly addresses: readonly string[];
  /** Of this machine, on the way to it. */
  readonly own: string;
}

/** Ties the network of a process to this one by a pair of devices, which goes with the process. */
async function tie(pid: number, { addresses, own }: Tie): Promise<void> {
  const [here, there] = [`hfh${pid}`, `hft${pid}`];
  const ip = async (...words: readonly string[]): Promise<unknown> => await mustRun('ip', words);
  const inside = async (...words: readonly string[]): Promise<unknown> =>
    await mustRun('nsenter', ['-n', '-t', String(pid), '--', 'ip', ...words]);
  await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', String(pid));
  await ip('addr', 'add', `${own}/32`, 'dev', here);
  await ip('link', 'set', here, 'up');
  for (const address of addresses) await inside('addr', 'add', `${address}/32`, 'dev', there);
  await inside('link', 'set', there, 'up');
  await inside('route', 'add', `${own}/32`, 'dev', there);
  for (const address of addresses) await ip('route', 'add', `${address}/32`, 'dev', here, 'src', own);
}

async function endProgram(child: Hosts): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}
