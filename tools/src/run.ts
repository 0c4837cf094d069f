// Starts programs for the tools and waits for them.
import { spawn } from 'node:child_process';
import { ROOT, childEnvironment } from './environment.ts';

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Killed after this many milliseconds, with everything it started. */
  readonly timeout?: number;
  /** Shown as it comes instead of collected. */
  readonly show?: boolean;
}

/** What a program said and how it ended. `status` is 1 when a signal or a missing program ended it. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly stdout: string;
  readonly timedOut: boolean;
}

/** Runs a program to its end. Never throws: a program that cannot start has failed. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const stdio = options.show === true ? 'inherit' : 'pipe';
  const child = spawn(file, args, {
    cwd: options.cwd ?? ROOT,
    env: childEnvironment(options.env),
    stdio: ['ignore', stdio, stdio],
    detached: true,
  });
  let output = '';
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const { promise, resolve } = Promise.withResolvers<number>();
  child.once('error', (error) => {
    output += `${error.message}\n`;
    resolve(1);
  });
  child.once('close', (code) => resolve(code ?? 1));
  let timedOut = false;
  const stop = (): void => endGroup(child.pid);
  const timer = setTimeout(
    () => {
      timedOut = true;
      stop();
    },
    options.timeout ?? 10 * 60_000,
  );
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const status = await promise;
  clearTimeout(timer);
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return { status: timedOut ? 1 : status, output, stdout, timedOut };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Runs a program of an npm package under our own Node. */
export async function runNode(
  script: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return await run(process.execPath, [script, ...args], options);
}
