// The hub as the supervisor runs it: prepared once, then kept running on sockets that stay bound.
import { type BoundSocket } from '@holdfast/platform/listeners';
import { type ChildLog } from './logs.ts';
import { startChild } from './child.ts';
import { type Kept } from './keeper.ts';
import { type CodeView } from './layout.ts';
import { type HubStart, type PrepareStart } from './settings.ts';
import { type Confinement } from './separation/confinement.ts';
import { type Confiner } from './separation/confiner.ts';

/** What both children are started with. */
export interface HubSetup {
  readonly confiner: Confiner;
  readonly confinement: Confinement;
  readonly code: CodeView;
  readonly timeout: number;
}

/** How long migrations may take, in milliseconds. A start that is ended here goes on where it was at the next. */
const MIGRATION_TIMEOUT = 3_600_000;
/** What the hub gets beyond its drain time before it is ended. */
const DRAIN_GRACE = 2_000;

/** Runs the preparation to its end: roles and migrations. Throws `childFailed`. */
export async function runPreparation(setup: HubSetup, start: PrepareStart, log: ChildLog): Promise<void> {
  const child = await startChild({
    ...setup,
    name: 'prepare',
    sockets: [],
    start,
    log,
    timeout: MIGRATION_TIMEOUT,
  });
  child.channel.send({ type: 'stop' });
  const timer = setTimeout(() => {
    child.process.kill();
  }, DRAIN_GRACE);
  await child.process.exited;
  clearTimeout(timer);
}

/** One start of the hub. */
export interface HubRun {
  readonly sockets: readonly BoundSocket[];
  readonly start: HubStart;
  readonly log: ChildLog;
  /** Milliseconds for requests in flight. */
  readonly drain: number;
  /** Told once it serves, and whether it made the first administrator. */
  readonly onReady: (adminCreated: boolean) => Promise<void>;
}

/** Starts the hub and returns once it serves. Throws `childFailed`. */
export async function startHub(setup: HubSetup, run: HubRun): Promise<Kept> {
  const { process, channel, answer } = await startChild({
    ...setup,
    name: 'hub',
    sockets: run.sockets.map((socket) => socket.handle),
    start: run.start,
    log: run.log,
  });
  channel.onFrame(() => undefined);
  await run.onReady(answer.adminCreated ?? true);
  return {
    ended: process.exited,
    kill: () => {
      process.kill();
    },
    stop: async () => {
      channel.send({ type: 'stop' });
      const timer = setTimeout(() => {
        process.kill();
      }, run.drain + DRAIN_GRACE);
      await process.exited;
      clearTimeout(timer);
    },
  };
}
