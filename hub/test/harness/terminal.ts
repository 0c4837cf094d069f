// Runs a program on a terminal and answers what it asks, as a person does.
import { spawn } from 'node:child_process';
import { plainEnvironment, type ProgramOptions } from './program.ts';

/** What is asked, and what is typed then, or done elsewhere: what was asked is given to it. */
export type Dialogue = readonly (readonly [asked: RegExp, typed: string | Elsewhere])[];
type Elsewhere = (asked: string) => Promise<void>;

/** A program asks before it reads key by key, and what is typed in between is thrown away: nobody types at once. */
const READING_MS = 700;

/** Where it runs, and who is told what has been shown so far. */
type TerminalOptions = Pick<ProgramOptions, 'env' | 'cwd'> & { readonly watch?: (shown: string) => void };

/** Runs it to its end; gives what was shown. Throws an `Error` with that where it fails. */
export async function runOnTerminal(
  command: readonly string[],
  { env, cwd, watch }: TerminalOptions,
  dialogue: Dialogue,
): Promise<string> {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('/usr/bin/script', ['--quiet', '--return', '--command', words, '/dev/null'], {
    ...(cwd !== undefined && { cwd }),
    env: plainEnvironment({ TERM: 'xterm', ...env }),
    stdio: 'pipe',
    signal: AbortSignal.timeout(120_000),
    killSignal: 'SIGKILL',
  });
  let shown = '';
  // Where the next question is looked for: an answer is to what was asked after the one before.
  let from = 0;
  const left = [...dialogue];
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const show = (text: string): void => {
    shown += text;
    watch?.(shown);
    const [next] = left;
    if (next === undefined || !next[0].test(shown.slice(from))) return;
    const [asked, [, act]] = [shown.slice(from), next];
    from = shown.length;
    left.shift();
    if (typeof act === 'string') setTimeout(() => child.stdin.write(act), READING_MS);
    else act(asked).catch(reject);
  };
  child.stdout.setEncoding('utf8').on('data', show);
  child.stderr.setEncoding('utf8').on('data', show);
  child.stdin.on('error', () => undefined);
  child.once('close', resolve).once('error', reject);
  const status = await promise;
  if (status !== 0 || left.length > 0) throw new Error(`${command.join(' ')} ended with ${status}\n${shown}`);
  return shown;
}
