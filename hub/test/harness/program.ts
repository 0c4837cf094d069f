// Runs programs for tests, with an environment made for the test and none of the caller's settings for clients.
import { spawn } from 'node:child_process';
import path from 'node:path';

/** The checkout. */
export const ROOT = path.resolve(import.meta.dirname, '../../..');

/** What a program said and how it ended. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Killed after this many milliseconds; five minutes when absent. */
  readonly timeout?: number;
  /** Killed when it aborts. */
  readonly signal?: AbortSignal;
}

/** A plain environment: where programs are, nothing that configures a client, and what is given. */
export function plainEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const folder = path.dirname(process.execPath);
  return {
    PATH: `${folder}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...extra,
  };
}

/** Runs a program to its end, whatever its status. Throws when it cannot be started or takes too long. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(options.timeout ?? 300_000);
  const child = spawn(file, args, {
    cwd: options.cwd ?? ROOT,
    env: plainEnvironment(options.env),
    stdio: 'pipe',
    signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('close', (code) => resolve(code ?? -1)).once('error', reject);
  try {
    return { status: await promise, stdout, stderr };
  } catch (error) {
    throw new Error(`${file} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Runs a program that must succeed; gives what it printed. Throws an `Error` with all it said otherwise. */
export async function mustRun(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await runProgram(file, args, options);
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}
