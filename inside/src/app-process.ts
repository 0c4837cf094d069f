// Starts the app, without any capability and without a way to gain one, in a session of its own.
import { spawn } from 'node:child_process';
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
  readonly ended: Promise<Ended>;
  /** Asks the app and what it started to end, and ends them after `graceMs`. */
  stop(graceMs: number): void;
  /** Ends the app and what it started, unless that began a session of its own; the sandbox ends that. */
  kill(): void;
}

/** What leads clients to the door. */
export const PROXY_VARIABLES: Readonly<Record<string, string>> = {
  HTTP_PROXY: PROXY,
  http_proxy: PROXY,
  HTTPS_PROXY: PROXY,
  https_proxy: PROXY,
  ALL_PROXY: PROXY,
  all_proxy: PROXY,
  NO_PROXY: DIRECT,
  no_proxy: DIRECT,
};

/** Starts it. What it writes is the sandbox's output. */
export function startApp({ command, env, cwd }: InsideStart): App {
  const child = spawn(SETPRIV, [...WITHOUT_RIGHTS, ...command], {
    // Exactly what the runner gave, and the way out.
    env: { ...env, ...PROXY_VARIABLES },
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    shell: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  child.once('error', reject);
  child.once('exit', (code, signal) => {
    resolve({ code, signal });
  });
  const signalAll = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Nobody is left.
    }
  };
  return {
    ended: promise,
    stop: (graceMs) => {
      signalAll('SIGTERM');
      setTimeout(signalAll, graceMs, 'SIGKILL').unref();
    },
    kill: () => {
      signalAll('SIGKILL');
    },
  };
}
