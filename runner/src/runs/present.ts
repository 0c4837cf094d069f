// What the hub is told of a Space and of its run. Pure.
import { MOST_LEAVING, type FromRunner, type RunStage, type Status, type Want } from '../frames.ts';
import { type Run } from './run.ts';

/** How a Space is. */
export function presentStatus(
  { space, generation }: Want,
  {
    stage,
    message,
    serving,
    leaving,
  }: {
    readonly stage: RunStage;
    readonly message: string | null;
    readonly serving: Run | undefined;
    /** The ids of those that it follows; the last is the youngest. */
    readonly leaving: readonly string[];
  },
): Status {
  return {
    ...{ type: 'status', space, generation, stage },
    message: message?.slice(0, 4_000) ?? null,
    serving:
      serving === undefined
        ? null
        : {
            run: serving.id,
            commit: serving.want.commit,
            startedAt: serving.startedAt.toISOString(),
          },
    leaving: leaving.slice(-MOST_LEAVING),
  };
}

/** What its run uses. */
export function presentUsage(run: Run): FromRunner {
  const { cpuMs, memoryBytes } = run.usage();
  const { sentBytes, receivedBytes } = run.traffic;
  const { space, hardware } = run.want;
  const { cpus, memoryBytes: memoryLimitBytes } = hardware;
  return {
    ...{ type: 'usage', space, run: run.id, cpuMs: Math.round(cpuMs) },
    ...{ memoryBytes, memoryLimitBytes, cpus, sentBytes, receivedBytes },
  };
}
