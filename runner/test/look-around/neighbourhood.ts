// A neighbour that works and the hub's stand-in that answers, measured alone and while a bomb goes off beside them.
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Sandbox } from '../../src/sandbox/index.ts';
import { type Place, hear, specOf } from '../harness/place.ts';
import { BOMBS, bombScript } from './bombs.ts';
import { type Probe } from './probe.ts';

/** What one bomb did. Times are medians in milliseconds. */
export interface Blast {
  readonly name: string;
  /** What it said; `ended` by the kernel, or `held` to its share until the test ended it. */
  readonly said: string;
  readonly neighbour: Times;
  readonly hub: Times;
}

/** How long something took alone and beside a bomb. */
export interface Times {
  readonly alone: number;
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
/** How long one that is only held to its share goes on, and how long one may take to its end on a busy machine. */
const [HELD, LONGEST] = [8_000, 120_000];
const ALONE = 1_500;
const ANSWERS = 16;

/** Lets each bomb go off beside a neighbour, with so many processors. */
export async function letBombsGoOff(place: Place, cpus: number): Promise<readonly Blast[]> {
  const command = ['/usr/bin/python3', '-I', '-c', WORK];
  const neighbour = await place.runtime.openSandbox(specOf(place, { command }));
  await using hub = await openStandIn();
  const work = listen(neighbour);
  const blasts: Blast[] = [];
  for (const bomb of BOMBS) {
    const alone = await measure(work, hub, delay(ALONE));
    const ended = letOneGoOff(place, bomb, cpus);
    const beside = await measure(work, hub, ended);
    blasts.push({
      name: bomb.name,
      said: await ended,
      neighbour: { alone: alone.work, beside: beside.work },
      hub: { alone: alone.hub, beside: beside.hub },
    });
  }
  await neighbour.kill();
  return blasts;
}

async function letOneGoOff(place: Place, bomb: Probe, cpus: number): Promise<string> {
  const mounts = [{ from: place.folder(), to: '/opt/env', access: 'write' }] as const;
  const spec = specOf(place, { command: ['/usr/bin/python3', '-I', '-c', bombScript(bomb)], mounts });
  const sandbox = await place.runtime.openSandbox({ ...spec, limits: { ...spec.limits, cpus } });
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      void sandbox.kill();
    },
    bomb.expects === 'held' ? HELD : LONGEST,
  );
  const { stdout, code } = await hear(sandbox);
  clearTimeout(timer);
  if (late) return 'held';
  return code === 0 ? stdout.trim() : 'ended';
}

function listen(sandbox: Sandbox): { take(): number[] } {
  let times: number[] = [];
  sandbox.output.stdout.on('data', (bytes: Buffer) => {
    times.push(...String(bytes).trim().split('\n').map(Number));
  });
  sandbox.output.stderr.resume();
  return {
    take: () => {
      const taken = times;
      times = [];
      return taken;
    },
  };
}

interface StandIn extends AsyncDisposable {
  /** Milliseconds that so many answers took, one after another: a single one differs from itself by a half. */
  ask(): Promise<number>;
}

async function measure(
  work: { take(): number[] },
  hub: StandIn,
  until: Promise<unknown>,
): Promise<{ readonly work: number; readonly hub: number }> {
  work.take();
  const answers: number[] = [];
  let going = true;
  void until.finally(() => {
    going = false;
  });
  while (going) {
    answers.push(await hub.ask());
    await delay(10);
  }
  return { work: median(work.take()), hub: median(answers) };
}

async function openStandIn(): Promise<StandIn> {
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    ask: async () => {
      const began = performance.now();
      for (let n = 0; n < ANSWERS; n += 1) {
        const socket = createConnection(port, '127.0.0.1');
        socket.write('x');
        await once(socket, 'data');
        socket.destroy();
      }
      return performance.now() - began;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
