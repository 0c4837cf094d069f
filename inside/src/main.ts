// The program inside a sandbox: connects the app to its door, starts it, and ends with it. It believes the runner, who made the
// sandbox, and holds nothing that the app may not have.
import { writeSync } from 'node:fs';
import { startApp, type Ended } from './app-process.ts';
import { Channel } from './channel.ts';
import { copyFolder } from './copy.ts';
import type { InsideStart } from './frames.ts';
import type { Received } from './receive.ts';
import { openResolver } from './resolver.ts';
import { openWaitingWayIn, openWayIn, waitForPort } from './way-in.ts';
import { openWayOut } from './way-out.ts';

const CHANNEL_FD = 3;
const STANDARD_ERROR = 2;
const DOOR = '/run/holdfast/out/door.sock';

/** A line in the Space's log. Names come from the repository: as JSON they cannot begin a line of their own. */
function say(text: string): void {
  writeSync(STANDARD_ERROR, `holdfast: ${text}\n`);
}

/** Prepares the sandbox and runs the program to its end. */
async function run(start: InsideStart, channel: Channel): Promise<Ended> {
  using stack = new DisposableStack();
  // While they come, the rest is made ready.
  const secrets = receiveAll(start.secrets, channel);
  secrets.catch(() => undefined); // seen below
  stack.use(await openResolver());
  stack.use(await openWayOut(DOOR));
  if (start.copy !== null)
    await copyFolder({
      ...start.copy,
      skipped: (path, why) => {
        say(`${JSON.stringify(path)} is not copied: ${why}`);
      },
    });
  const { variables, carry } = await secrets;
  const app = startApp({ ...start, env: { ...start.env, ...variables } }, carry);
  void channel.stop.then(({ graceMs }) => {
    app.stop(graceMs);
  });
  void channel.closed.then(() => {
    app.kill();
  });
  const gone = new AbortController();
  const serving =
    start.port === null ? undefined : serve({ ...start, port: start.port }, channel, gone.signal);
  try {
    return await app.ended;
  } finally {
    gone.abort();
    app.kill();
    (await serving)?.[Symbol.dispose]();
  }
}

async function receiveAll(from: InsideStart['secrets'], channel: Channel): Promise<Received> {
  if (from === null) return { variables: {}, carry: null };
  const { receive } = await import('./receive.ts');
  return await receive(from, channel);
}

/** Lets visitors in once the app accepts. */
async function serve(
  { port, visits }: { readonly port: number; readonly visits: InsideStart['visits'] },
  channel: Channel,
  signal: AbortSignal,
): Promise<Disposable | undefined> {
  const address = await waitForPort(port, signal);
  if (address === undefined) return undefined;
  const way = visits === 'waiting' ? openWaitingWayIn(address, port) : await openWayIn(address, port);
  channel.send({ type: 'listening' });
  return way;
}

using channel = new Channel(CHANNEL_FD);
try {
  const start = await Promise.race([channel.start, channel.closed]);
  if (start !== undefined) channel.send({ type: 'exited', ...(await run(start, channel)) });
  // Started to be compiled: what is loaded later is kept, too.
  else await Promise.all([import('./receive.ts'), import('./trust-door.ts')]);
} catch (error) {
  say(`the program could not be started: ${error instanceof Error ? error.message : String(error)}`);
  channel.send({ type: 'exited', code: 1, signal: null });
  process.exitCode = 1;
}
