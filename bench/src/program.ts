// Runs the programs that benchmarks need, with a plain environment, and ends those it started.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The checkout. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** How a program is run. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a program that must succeed; gives what it printed. Throws an `Error` with all it said otherwise. */
export async function mustRun(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const child = spawn(file, args, { cwd: ROOT, env: plainEnvironment(options.env), stdio: 'pipe' });
  let said = '';
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  using _ = endWithUs(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${code}\n${printed}\n${said}`);
  return printed;
}

/** A program that runs until it is stopped. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
}

/** Starts a program; disposal ends it with `signal`, and insists after 30 seconds. */
export function startProgram(
  file: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly signal?: NodeJS.Signals } = {},
): Running {
  const child = spawn(file, args, {
    cwd: ROOT,
    env: plainEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ending = endWithUs(child);
  return {
    child,
    [Symbol.asyncDispose]: async () => {
      ending[Symbol.dispose]();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(options.signal ?? 'SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Ends a child when this program is told to end: what waits for it fails then, and all that is open is disposed of. */
function endWithUs(child: ChildProcess): Disposable {
  const end = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', end).on('SIGTERM', end);
  return { [Symbol.dispose]: () => void process.off('SIGINT', end).off('SIGTERM', end) };
}

function plainEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const folder = path.dirname(process.execPath);
  const places = `${folder}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`;
  return { PATH: places, LANG: 'C.UTF-8', TZ: 'UTC', ...extra };
}

/** Installs the Debian packages of these names where it may, else throws and names them. */
export async function requirePrograms(names: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) {
    await mustRun('which', [name]).catch(() => missing.push(name));
  }
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0)
    throw new Error(`The benchmarks need these programs. Install them with: ${command}`);
  console.error(`Installing the Debian packages ${missing.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await mustRun('apt-get', ['-qq', 'update'], { env });
  await mustRun('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', ...missing], { env });
}

/** A folder of its own, removed with all it holds on disposal. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** Makes the folder. */
export async function openScratch(): Promise<Scratch> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-bench-'));
  return {
    path: folder,
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
