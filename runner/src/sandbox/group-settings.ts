// What is written into a sandbox's control group, in each of the kernel's two layouts. Pure.
import { type SandboxLimits } from './spec.ts';

/** One file of a group, and what it shall say. */
export interface GroupSetting {
  readonly controller: 'memory' | 'pids' | 'cpu';
  readonly file: string;
  readonly value: string;
  /** Not every kernel has it; without it another setting does. */
  readonly optional: boolean;
}

/** The kernel gives processor time in rounds of so many microseconds. */
const PERIOD = 100_000;
const SHORTEST_SHARE = 1_000;

/** The settings, in the order in which they must be written. */
export function groupSettings(version: 1 | 2, limits: SandboxLimits): GroupSetting[] {
  const memory = String(Math.floor(limits.memoryBytes));
  const pids = String(Math.floor(limits.processes));
  const share = String(Math.max(SHORTEST_SHARE, Math.floor(limits.cpus * PERIOD)));
  const must = (controller: GroupSetting['controller'], file: string, value: string): GroupSetting => ({
    controller,
    file,
    value,
    optional: false,
  });
  const may = (controller: GroupSetting['controller'], file: string, value: string): GroupSetting => ({
    ...must(controller, file, value),
    optional: true,
  });
  if (version === 2)
    return [
      must('memory', 'memory.max', memory),
      // What is swapped out would be beyond the limit, and on disk.
      may('memory', 'memory.swap.max', '0'),
      // An app that lost one of its processes would go on without it, and nobody would know why it does not answer.
      may('memory', 'memory.oom.group', '1'),
      must('pids', 'pids.max', pids),
      must('cpu', 'cpu.max', `${share} ${String(PERIOD)}`),
    ];
  return [
    must('memory', 'memory.limit_in_bytes', memory),
    may('memory', 'memory.memsw.limit_in_bytes', memory),
    may('memory', 'memory.swappiness', '0'),
    must('pids', 'pids.max', pids),
    must('cpu', 'cpu.cfs_period_us', String(PERIOD)),
    must('cpu', 'cpu.cfs_quota_us', share),
  ];
}
