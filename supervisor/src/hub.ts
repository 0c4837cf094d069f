// The hub as the supervisor runs it: prepared once, then kept running on sockets that stay bound.
import { type LaunchedChild, type ReadyChild } from './child.ts';
import { type EndpointSilence } from './endpoint-silence.ts';
import { type HourDealer } from './hour-dealer.ts';
import { type Kept } from './keeper.ts';
import { type HubSecrets, type HubStart, type PrepareStart } from './settings.ts';
import { type ConfinedProcess } from './separation/confined-process.ts';

/** How long migrations may take, in milliseconds. A start that is ended here goes on where it was at the next. */
const MIGRATION_TIMEOUT = 3_600_000;
/** What the hub gets beyond its drain time before it is ended. */
const DRAIN_GRACE = 2_000;

/** Runs the preparation to its end: roles and migrations. Throws `childFailed`. */
export async function runPreparation(launched: LaunchedChild, start: PrepareStart): Promise<void> {
  const { process, channel } = await launched.begin(start, MIGRATION_TIMEOUT);
  channel.send({ type: 'stop' });
  await endWithin(process, DRAIN_GRACE);
}

/** One start of the hub. */
export interface HubRun {
  readonly start: Omit<HubStart, 'secrets'> & { readonly secrets: Omit<HubSecrets, 'hours'> };
  /** Milliseconds until it must serve. */
  readonly timeout: number;
  /** Milliseconds for requests in flight. */
  readonly drain: number;
  /** Told once it serves, and whether it made the first administrator. */
  readonly onReady: (adminCreated: boolean) => Promise<void>;
  /** Told when its file of removals is not as it left it. */
  readonly onFlaw: (flaw: NonNullable<ReadyChild['answer']['removalsFlaw']>) => void;
  /** Told of each frame that it sends, with the way to answer; whether it is one that says something. */
  readonly hear: (frame: unknown, answer: (reply: object) => void) => boolean;
  /** What it is told of the endpoint for checkpoints. */
  readonly silence: Pick<EndpointSilence, 'follow'>;
  /** Where its roots of hours come from. */
  readonly dealer: HourDealer;
}

/** Starts the hub and returns once it serves. Throws `childFailed`. */
export async function runHub(launched: LaunchedChild, run: HubRun): Promise<Kept> {
  const hours = run.dealer.deal();
  const start = { ...run.start, secrets: { ...run.start.secrets, hours } };
  const { process, channel, answer } = await launched.begin(start, run.timeout, run.hear);
  const reply = (frame: object): void => {
    channel.send(frame);
  };
  channel.onFrame((frame) => {
    run.hear(frame, reply);
  });
  if (answer.removalsFlaw !== undefined) run.onFlaw(answer.removalsFlaw);
  run.silence.follow((silent) => {
    channel.send({ type: 'endpoint', silent });
  });
  const dealing = run.dealer.follow(hours, (next) => {
    channel.send({ type: 'hours', hours: next });
  });
  await run.onReady(answer.adminCreated ?? true);
  void channel.closed.then(async (reason) => {
    dealing[Symbol.dispose]();
    // What is no frame comes from a hub that was taken over, or out of its mind: neither gets time to do more.
    if (reason !== undefined) process.kill();
    // One whose channel only closed cannot be asked any more: it has its drain time to end by itself, as if it had been.
    else await endWithin(process, run.drain + DRAIN_GRACE);
  });
  return {
    ended: process.exited,
    kill: () => {
      process.kill();
    },
    stop: async () => {
      channel.send({ type: 'stop' });
      await endWithin(process, run.drain + DRAIN_GRACE);
    },
  };
}

async function endWithin(process: ConfinedProcess, milliseconds: number): Promise<void> {
  const timer = setTimeout(() => {
    process.kill();
  }, milliseconds);
  await process.exited;
  clearTimeout(timer);
}
