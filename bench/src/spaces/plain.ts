// The yardstick of a start: the app of a Space as its author would start it, on the same base and environment and with the same variables,
// but without a sandbox, a door or a hub. What shows it the same files at the same places stands before the clock starts.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchHub } from '../hub.ts';
import { findFreePort } from '../nginx.ts';
import { listDescendants, readProcess } from './processes.ts';

const BUBBLEWRAP = '/usr/bin/bwrap';
/** A shell that waits in the root for the word to become the app: from then on there is the app's own program and nothing else. */
const WAIT = 'echo ready; read -r _; exec "$@" </dev/null >/dev/null 2>&1';

/** What an app finds in its environment. */
export type Environment = Readonly<Record<string, string>>;

/** Of an app that runs in a sandbox of bubblewrap: some apps do more where they find themselves in a Space, which is no doing of ours. */
export function environmentOfApp({ supervisor }: BenchHub): Environment {
  const app = listDescendants(supervisor).find((pid) =>
    readProcess(pid, 'cmdline').startsWith('/opt/env/bin/python'),
  );
  if (app === undefined) throw new Error('no app runs');
  const lines = readProcess(app, 'environ')
    .split('\0')
    .filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Starts an app plainly, and ends it; gives the milliseconds from the start of its program to its first answer. */
export async function startPlainly(hub: BenchHub, app: string, ofApp: Environment): Promise<number> {
  const home = path.join(hub.data, 'plain');
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, 'app.py'), app);
  const port = await findFreePort();
  const env = { ...ofApp, HOME: '/home', PYTHONPATH: '/home', GRADIO_SERVER_PORT: String(port) };
  const command = [
    ...rootOf(hub, home),
    '--',
    '/bin/sh',
    '-c',
    WAIT,
    'plain',
    '/opt/env/bin/python',
    'app.py',
  ];
  const child = spawn(BUBBLEWRAP, command, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    return await timeToAnswer(child, port);
  } finally {
    child.kill('SIGKILL');
  }
}

/** Files alone: processes, network, users and limits are those of whoever measures. */
function rootOf(hub: BenchHub, home: string): string[] {
  const own = path.join(hub.data, 'spaces/runner');
  const [base, environment] = [
    findFolder(path.join(own, 'base'), 'usr/bin'),
    findFolder(path.join(own, 'env'), 'bin/python'),
  ];
  const links = ['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  const files = ['usr', 'etc'].flatMap((name) => ['--ro-bind', path.join(base, name), `/${name}`]);
  return [
    ...[...files, ...links, '--ro-bind', environment, '/opt/env', '--dev', '/dev', '--proc', '/proc'],
    ...['--tmpfs', '/tmp', '--bind', home, '/home', '--chdir', '/home', '--die-with-parent'],
  ];
}

async function timeToAnswer(
  child: ChildProcessByStdio<Writable, Readable, null>,
  port: number,
): Promise<number> {
  const began = performance.now();
  child.stdin.write('start\n');
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return performance.now() - began;
    if (child.exitCode !== null) throw new Error('the app did not start plainly');
    await delay(5);
  }
}

/** The first folder below that has this file: there is one base, and one environment. */
function findFolder(folder: string, file: string): string {
  for (const { parentPath, name } of readdirSync(folder, { withFileTypes: true }))
    for (const at of [path.join(parentPath, name), ...namesIn(path.join(parentPath, name))])
      if (existsSync(path.join(at, file))) return at;
  throw new Error(`nothing in ${folder} has ${file}`);
}

function namesIn(folder: string): string[] {
  if (!lstatSync(folder).isDirectory()) return [];
  return readdirSync(folder).map((name) => path.join(folder, name));
}
