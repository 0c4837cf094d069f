// A neighbour that works and the hub's stand-in that answers, measured alone and while a bomb goes off beside them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Place, specOf } from '../harness/place.ts';
import { BOMBS, bombScript } from './bombs.ts';
import { type Probe } from './probe.ts';

/** What one bomb did. Times are medians in milliseconds. */
export interface Blast {
  readonly name: string;
  /** What it said first; `ended` by the kernel, or `held` to its share until the test ended it. */
  readonly said: string;
  readonly neighbour: Times;
  readonly hub: Times;
}

/** How long something took alone and beside a bomb. */
export interface Times {
  readonly alone: number;
  readonly beside: number;
}

/** How bombs go off. Times are in milliseconds. */
export interface Schedule {
  /** Processors of a bomb. */
  readonly cpus: number;
  /** Before each bomb, and after it. */
  readonly alone: number;
  /** Each wants more again and again for so long, and is started again where the kernel ended it: once is over before anybody notices. */
  readonly beside: number;
}

// It sleeps between rounds, as a server that waits for visitors does.
const WORK = `
import hashlib, time
block = bytes(1 << 20)
while True:
    began = time.perf_counter()
    for n in range(4): hashlib.sha256(block).digest()
    print((time.perf_counter() - began) * 1000, flush=True)
    time.sleep(0.02)
`;
/** How long one may take to its first word or its end on a busy machine. */
const LONGEST = 120_000;

/** Lets each bomb go off beside a neighbour. */
export async function letBombsGoOff(place: Place, schedule: Schedule): Promise<readonly Blast[]> {
  const command = ['/usr/bin/python3', '-I', '-c', WORK];
  const neighbour = await place.runtime.openSandbox(specOf(place, { command }));
  neighbour.output.stderr.resume();
  await using hub = openStandIn();
  const [work, answers] = [listen(neighbour.output.stdout), listen(hub.lines)];
  const during = async (act: Promise<unknown>): Promise<Sample> => {
    for (const one of [work, answers]) one.take();
    await act;
    return { neighbour: work.take(), hub: answers.take() };
  };
  await delay(schedule.alone);
  const blasts: Blast[] = [];
  let before = await during(delay(schedule.alone));
  for (const bomb of BOMBS) {
    const going = letOneGoOff(place, bomb, schedule);
    const beside = await during(going);
    const after = await during(delay(schedule.alone));
    const times = (who: keyof Sample): Times => ({
      alone: median([...before[who], ...after[who]]),
      beside: median(beside[who]),
    });
    blasts.push({ name: bomb.name, said: await going, neighbour: times('neighbour'), hub: times('hub') });
    before = after;
  }
  await neighbour.kill();
  return blasts;
}

/** What was measured in one time. */
interface Sample {
  readonly neighbour: readonly number[];
  readonly hub: readonly number[];
}

/** For as long as it is to go off; gives what came of it first. */
async function letOneGoOff(place: Place, bomb: Probe, { cpus, beside }: Schedule): Promise<string> {
  const until = Date.now() + beside;
  let first: string | undefined;
  do {
    const said = await explode(place, bomb, { cpus, until });
    first ??= said;
  } while (Date.now() < until);
  return first;
}

/** Until it ends, or is ended when the time is over and it has said what stopped it. */
async function explode(
  place: Place,
  bomb: Probe,
  { cpus, until }: { readonly cpus: number; readonly until: number },
): Promise<string> {
  const mounts = [{ from: place.folder(), to: '/opt/env', access: 'write' }] as const;
  const spec = specOf(place, { command: ['/usr/bin/python3', '-I', '-c', bombScript(bomb)], mounts });
  const sandbox = await place.runtime.openSandbox({ ...spec, limits: { ...spec.limits, cpus } });
  const spoken = Promise.withResolvers<undefined>();
  const [over, patience] = [new AbortController(), new AbortController()];
  let said = '';
  sandbox.output.stderr.resume();
  sandbox.output.stdout.on('data', (bytes: Buffer) => {
    said += String(bytes);
    spoken.resolve(undefined);
  });
  const rest = delay(Math.max(0, until - Date.now()), undefined, { signal: over.signal });
  const ended = sandbox.exited.then(() => 'ended');
  const come = await Promise.race([
    ended,
    Promise.all([rest, bomb.expects === 'held' ? undefined : spoken.promise]).then(() => 'held'),
    delay(LONGEST, 'held', { signal: patience.signal }),
  ]);
  for (const timer of [over, patience]) timer.abort();
  await sandbox.kill();
  return said === '' ? come : said.trim();
}

interface Heard {
  /** What came since it was taken the last time. */
  take(): readonly number[];
}

function listen(lines: Readable): Heard {
  let [times, rest]: [number[], string] = [[], ''];
  lines.on('data', (bytes: Buffer) => {
    const whole = (rest + String(bytes)).split('\n');
    rest = whole.pop() ?? '';
    times.push(...whole.map(Number));
  });
  return {
    take: () => {
      const taken = times;
      times = [];
      return taken;
    },
  };
}

interface StandIn extends AsyncDisposable {
  readonly lines: Readable;
}

function openStandIn(): StandIn {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'answering.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin' },
  });
  return {
    lines: child.stdout,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Throws when nothing was measured: that would be taken for a time that is short. */
function median(times: readonly number[]): number {
  const middle = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}
