// Starts the app, without any capability and without a way to gain one, in a session of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Carry } from './masked-output.ts';
import { PROXY_PORT } from './way-out.ts';
import type { InsideStart } from './frames.ts';

/** Gives up what this program may do beyond the app, then becomes the app. The files are the base's. */
const SETPRIV = '/usr/bin/setpriv';
const WITHOUT_RIGHTS = ['--no-new-privs', '--ambient-caps=-all', '--inh-caps=-all', '--'];
const PROXY = `http://127.0.0.1:${PROXY_PORT}`;
const DIRECT = 'localhost,127.0.0.1,::1';

/** How the app ended: with a code, or by a signal. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The app while it runs. */
export interface App {
  /** Settles when it has ended, and what it wrote has been handed on. */
  readonly ended: Promise<Ended>;
  /** Asks the app and what it started to end, and ends them after `graceMs`. */
  stop(graceMs: number): void;
  /** Ends the app and what it started, unless that began a session of its own; the sandbox ends that. */
  kill(): void;
}

/**
 * What leads clients to the door. `ALL_PROXY` is for schemes that the door does not have, and costs every client of httpx another
 * reading of the machine's authorities, which an app does more than once while it starts.
 */
export const PROXY_VARIABLES: Readonly<Record<string, string>> = {
  HTTP_PROXY: PROXY,
  http_proxy: PROXY,
  HTTPS_PROXY: PROXY,
  https_proxy: PROXY,
  NO_PROXY: DIRECT,
  no_proxy: DIRECT,
};

const [OUTPUT, ERRORS] = [1, 2];
/** How long what an app left behind may hold its output open, in milliseconds. */
const REST_MS = 500;

/** Starts it. What it writes is the sandbox's output, carried there where it has secrets. */
export function startApp({ command, env, cwd }: InsideStart, carry: Carry | null): App {
  const output = carry === null ? 'inherit' : 'pipe';
  const child = spawn(SETPRIV, [...WITHOUT_RIGHTS, ...command], {
    // Exactly what the runner gave, and the way out.
    env: { ...env, ...PROXY_VARIABLES },
    cwd,
    stdio: ['ignore', output, output],
    detached: true,
    shell: false,
  });
  const ended = awaitEnd(child, carry);
  const signalAll = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Nobody is left.
    }
  };
  return {
    ended,
    stop: (graceMs) => {
      signalAll('SIGTERM');
      setTimeout(signalAll, graceMs, 'SIGKILL').unref();
    },
    kill: () => {
      signalAll('SIGKILL');
    },
  };
}

// What it wrote is handed on first.
async function awaitEnd(child: ChildProcess, carry: Carry | null): Promise<Ended> {
  const outputs = (
    [
      [child.stdout, OUTPUT],
      [child.stderr, ERRORS],
    ] as const
  ).flatMap(([from, fd]) => (from === null || carry === null ? [] : [carry(from, fd)]));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  await Promise.race([Promise.all(outputs.map(({ read }) => read)), delay(REST_MS)]);
  await Promise.all(outputs.map((one) => one.end()));
  return { code, signal };
}
