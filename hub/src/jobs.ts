// Work that no caller waits for: queued jobs, and what is written once in a while.
import { type IncidentWatch } from '@holdfast/platform/incident-watch';
import { type Log } from '@holdfast/platform/log';
import { Durability, watchDurability } from '@holdfast/platform/postgres/durability';
import { Worker } from '@holdfast/platform/queue';
import { blobJobs, COLLECT_TASK } from '#modules/blobs';
import { eraseRepository } from '#modules/git';
import { ERASE_TASK, parseErase, WINDOWS_TASK } from '#modules/repos';
import { LedgerLag, watchLag } from '#modules/ledger';
import { REVOKE_FOUND_TASK } from '#modules/tokens';
import { UPKEEP_SCHEDULE, upkeepJobs } from '#modules/upkeep';
import { type Modules } from './modules.ts';

/** Has the vault forget deleted Spaces, also those for which it was not there before. */
const FORGET_TASK = 'secrets:forget-deleted';
/** Tells people of secrets that were seen in answers. */
const ECHOES_TASK = 'secrets:tell-of-echoes';
/** Has the vault take the seeds of second factors that it does not have. */
const SEEDS_TASK = 'sessions:move-seeds';
/** Forgets what passed doors so long ago that no page shows it. */
const PASSED_TASK = 'spaces:forget-passed';
const FLUSH_MS = 10_000;
const LOOK_MS = 2_000;

/** Starts the worker and the regular flushes. Disposing stops both and writes what is still in memory. */
export async function openJobs(
  modules: Modules,
  { log, sealed }: { readonly log: Log; readonly sealed: boolean },
): Promise<AsyncDisposable> {
  const { reads, refusals } = modules;
  // In a state that lacks what came after it, nothing is swept.
  const worker = sealed ? undefined : await openWorker(modules, log);
  if (!sealed) modules.delivery.start();
  const flush = (): Promise<void> => flushCounts(modules);
  const timer = setInterval(() => {
    flush().catch((err: unknown) => log.warn({ err }, 'counts could not be written; they are tried again'));
  }, FLUSH_MS);
  const looking = incidentsOf(modules, { log, sealed }).map((watch) =>
    setInterval(() => void watch.look(), LOOK_MS),
  );
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      for (const one of looking) clearInterval(one);
      await modules.delivery[Symbol.asyncDispose]();
      await worker?.[Symbol.asyncDispose]();
      // Each whatever became of those before it: nothing tries again.
      for (const last of [flush, () => reads.flush(), () => refusals.close()])
        await last().catch((err: unknown) => log.warn({ err }, 'what was counted last could not be written'));
    },
  };
}

/** What is looked at while the hub runs, by readers of its own: those for metrics are read when somebody asks for them. */
function incidentsOf(
  { db, clock, pool }: Modules,
  { log, sealed }: { readonly log: Log; readonly sealed: boolean },
): Pick<IncidentWatch<unknown>, 'look'>[] {
  // Who administers the server may have it read other settings while it runs; a start only sees those before.
  const durability = watchDurability(new Durability(pool), log);
  // Of what lacks entries that were signed, the notary orders nothing.
  return sealed ? [durability] : [durability, watchLag(new LedgerLag({ db, clock }), log)];
}

async function openWorker(modules: Modules, log: Log): Promise<Worker> {
  const { blobs, uploads, downloads, foundTokens, spaces, secrets, echoes, secondFactors, pool, db, centre } =
    modules;
  return await Worker.open(
    pool,
    {
      tasks: {
        ...blobJobs({ blobs, uploads }),
        [WINDOWS_TASK]: () => downloads.renewWindows(),
        ...upkeepJobs(modules),
        [FORGET_TASK]: async (_payload, signal) => {
          await secrets.forgetDeleted(signal);
          await secrets.settleUnheard(signal);
        },
        [ECHOES_TASK]: async (_payload, signal) => await echoes.tell(signal),
        [SEEDS_TASK]: async (_payload, signal) => await secondFactors.moveSeeds(signal),
        [PASSED_TASK]: async () => await centre.traffic.forget(),
        [REVOKE_FOUND_TASK]: async (payload) => await foundTokens.revoke(payload),
        [ERASE_TASK]: async (payload, signal) => {
          const repoId = parseErase(payload);
          await secrets.forgetDeleted(signal);
          await uploads.dropOf(repoId);
          await spaces.erase(repoId);
          await blobs.eraseOf(repoId, signal);
          await eraseRepository(db, repoId, signal);
        },
      },
      // Minutes and hours in UTC.
      schedule: [
        `17 * * * * ${WINDOWS_TASK}`,
        `42 3 * * * ${COLLECT_TASK}`,
        `* * * * * ${FORGET_TASK}`,
        `* * * * * ${ECHOES_TASK}`,
        `* * * * * ${SEEDS_TASK}`,
        `31 4 * * * ${PASSED_TASK}`,
        ...UPKEEP_SCHEDULE,
      ],
    },
    log,
  );
}

async function flushCounts(modules: Modules): Promise<void> {
  const { downloads, authentication, sessions, throttle, reads, refusals, uses, pushedTokens } = modules;
  // One after the other, and each whatever became of those before it.
  const flushes = [
    () => downloads.flush(),
    () => authentication.flushUses(),
    () => uses.flush(),
    () => pushedTokens.flush(),
    () => sessions.flush(),
    () => throttle.forget(),
    () => reads.flushEnded(),
    () => refusals.flush(),
  ];
  const failures: unknown[] = [];
  for (const flush of flushes)
    try {
      await flush();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw new AggregateError(failures, 'not all counts could be written');
}
