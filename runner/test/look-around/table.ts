// All looks around, in the order in which they are documented.
import { BOMBS } from './bombs.ts';
import { CALLS } from './calls.ts';
import { FILES } from './files.ts';
import { KERNEL_GROUP } from './kernel.ts';
import { NETWORK } from './network.ts';
import { type ProbeGroup } from './probe.ts';
import { PROCESSES } from './processes.ts';

/** The groups of probes. */
export const LOOKS: readonly ProbeGroup[] = [NETWORK, PROCESSES, FILES, KERNEL_GROUP, CALLS];

/** Bombs, which are tried one by one beside a neighbour. */
export const BOMB_GROUP: ProbeGroup = { title: 'Programs that want everything', probes: BOMBS };

/** What a kernel that is shared still shows, so that nobody takes a sandbox of namespaces for a machine of its own. */
export const STILL_SHOWN: readonly string[] = [
  'the kernel’s version and build (`uname`, `/proc/version`), and the settings that `/proc/sys` shows to everybody; none can be written',
  'the processors’ model and flags (`/proc/cpuinfo`), and on which of them a program runs',
  'load, all memory and the time since the start, as `sysinfo(2)` and `clock_gettime(2)` tell them: the files that tell the same are covered, the calls cannot be',
  'where the base, the source and the environment lie on their disk (`/proc/self/mountinfo`): the path of the data folder, and names below it that are random; nothing of neighbours. It cannot be covered: each process has a file of its own, made as it starts',
  'the type and the options of the disk’s file system, and how full it is (`statfs(2)`)',
  'how long things take: caches of the processor and of the disk are shared, and what a neighbour does can be felt in them',
  'numbers that the kernel counts for everybody (inodes of namespaces, of pipes and of sockets)',
  'the kernel itself: a hole in one of the allowed calls is a way out. Who runs programs of strangers that mean harm puts them on a machine of their own',
];
