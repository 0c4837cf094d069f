// How long a small Gradio app takes from its start to its first answer as a Space that was asleep, against the same app on the same base
// and environment without a sandbox, a door or a hub; and the memory that is ours while Spaces run and sleep.
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { findFreePort } from '../nginx.ts';
import { median } from '../result.ts';
import { GRADIO, pushSpace, seed, setSleep, showTimes, untilStage, wake } from './site.ts';

/** What it is called with. */
export const SPACES_USAGE =
  '       ./holdfast bench spaces [rounds]   a Space that wakes, and the memory of many';

/** One that does nothing, so that what is measured beside it is ours. */
const SMALL = `
import http.server, os
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x")
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
const [RUNNING, SLEEPING] = [10, 50];
const MIB = 1024;
const BUBBLEWRAP = '/usr/bin/bwrap';

/** Measures, and prints. */
export async function runSpaces(words: readonly string[]): Promise<number> {
  const rounds = Number(words[0] ?? 5);
  if (!(rounds >= 1)) {
    console.error(SPACES_USAGE);
    return 2;
  }
  await using hub = await openBenchHub({ prepare: seed });
  await measureStarts(hub, rounds);
  await measureMemory(hub);
  return 0;
}

async function measureStarts(hub: BenchHub, rounds: number): Promise<void> {
  await pushSpace(hub, 'gradio', GRADIO);
  await untilStage(hub, 'gradio', 'RUNNING');
  const [woken, plain]: [number[], number[]] = [[], []];
  // Gradio does more where it finds itself in a Space, which is no doing of ours.
  const environment = environmentOfApp(hub.supervisor);
  for (let round = 0; round < rounds; round += 1) {
    woken.push(await wake(hub, 'gradio'));
    plain.push(await startPlainly(hub, environment));
  }
  console.log(`woken by a visitor  ${showTimes(woken)}`);
  console.log(`started plainly     ${showTimes(plain)}`);
  console.log(`overhead            ${Math.round(median(woken) - median(plain))} ms (goal: under 150)`);
}

type Environment = Readonly<Record<string, string>>;

/** What the app that runs finds in its environment. */
function environmentOfApp(supervisor: number): Environment {
  const app = descendants(supervisor).find((pid) => read(pid, 'cmdline').startsWith('/opt/env/bin/python'));
  if (app === undefined) throw new Error('no app runs');
  const lines = read(app, 'environ')
    .split('\0')
    .filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** The same app on the same files, seen at the same places, and nothing else of a sandbox. */
async function startPlainly(hub: BenchHub, ofApp: Environment): Promise<number> {
  const own = path.join(hub.data, 'spaces/runner');
  const [base, environment] = [
    findFolder(path.join(own, 'base'), 'usr/bin'),
    findFolder(path.join(own, 'env'), 'bin/python'),
  ];
  const home = path.join(hub.data, 'plain');
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, 'app.py'), GRADIO);
  const port = await findFreePort();
  const links = ['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  const files = ['usr', 'etc'].flatMap((name) => ['--ro-bind', path.join(base, name), `/${name}`]);
  const root = [...files, ...links, '--ro-bind', environment, '/opt/env', '--dev', '/dev', '--proc', '/proc'];
  const more = ['--tmpfs', '/tmp', '--bind', home, '/home', '--chdir', '/home'];
  const command = [...root, ...more, '--die-with-parent', '--', '/opt/env/bin/python', 'app.py'];
  const env = { ...ofApp, HOME: '/home', PYTHONPATH: '/home', GRADIO_SERVER_PORT: String(port) };
  return await timeToAnswer(command, env, port);
}

async function timeToAnswer(command: readonly string[], env: Environment, port: number): Promise<number> {
  const began = performance.now();
  const child = spawn(BUBBLEWRAP, command, { env, stdio: 'ignore' });
  try {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok === true) return performance.now() - began;
      if (child.exitCode !== null) throw new Error('the app did not start plainly');
      await delay(5);
    }
  } finally {
    child.kill('SIGKILL');
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

async function measureMemory(hub: BenchHub): Promise<void> {
  await setSleep(hub, 'gradio', 1);
  await untilStage(hub, 'gradio', 'SLEEPING');
  const before = ownMemory(hub.supervisor);
  for (let n = 0; n < RUNNING + SLEEPING; n += 1) {
    await pushSpace(hub, `s${n}`, SMALL);
    await setSleep(hub, `s${n}`, n < RUNNING ? -1 : 1);
  }
  for (let n = 0; n < RUNNING + SLEEPING; n += 1)
    await untilStage(hub, `s${n}`, n < RUNNING ? 'RUNNING' : 'SLEEPING');
  const after = ownMemory(hub.supervisor);
  console.log(`memory of ours, nothing running             ${before.ours} MiB`);
  console.log(
    `with ${RUNNING} running and ${SLEEPING} sleeping          ${after.ours} MiB, the apps' own ${after.apps} MiB`,
  );
}

/** Memory of all processes below one, each page shared among those who have it: ours, and the apps'. */
function ownMemory(supervisor: number): { readonly ours: number; readonly apps: number } {
  const sizes = { ours: 0, apps: 0 };
  for (const pid of descendants(supervisor)) {
    const command = read(pid, 'cmdline');
    const size = Number(/^Pss:\s+(\d+)/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0) / MIB;
    sizes[command.includes('/opt/env/') ? 'apps' : 'ours'] += size;
  }
  return { ours: Math.round(sizes.ours), apps: Math.round(sizes.apps) };
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function descendants(root: number): string[] {
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    parents.set(pid, /^PPid:\s+(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? '0');
  const isBelow = (pid: string): boolean =>
    pid === String(root) || (Number(pid) > 1 && isBelow(parents.get(pid) ?? '0'));
  return [...parents.keys()].filter(isBelow);
}
