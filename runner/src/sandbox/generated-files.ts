// The files that a sandbox has instead of the machine's: who its users are, how names are found, and what would tell of the
// machine and of neighbours. Pure.
import { HOME, OWN_ETC, type SandboxSpec, USER } from './spec.ts';

/** A file by its path inside. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** What is in `/etc` for this sandbox alone. */
export function etcFiles(spec: Pick<SandboxSpec, 'hostname'>): GeneratedFile[] {
  const texts: Readonly<Record<(typeof OWN_ETC)[number], string>> = {
    passwd: `user:x:${String(USER)}:${String(USER)}:user:${HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `user:x:${String(USER)}:\nnogroup:x:65534:\n`,
    hosts: `127.0.0.1 localhost ${spec.hostname}\n::1 localhost\n`,
    hostname: `${spec.hostname}\n`,
    // The one who answers is the program beside the app, which sends everything to the door.
    'resolv.conf': 'nameserver 127.0.0.1\noptions timeout:2 attempts:2\n',
    'nsswitch.conf':
      'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n',
  };
  return OWN_ETC.map((name) => ({ path: `/etc/${name}`, text: texts[name] }));
}

/** `/proc` as it is where the machine's own would tell of load, memory and start. */
export function procFiles(limits: { readonly memoryBytes: number; readonly cpus: number }): GeneratedFile[] {
  const kilobytes = String(Math.floor(limits.memoryBytes / 1024));
  const meminfo = [
    ['MemTotal', kilobytes],
    ['MemFree', kilobytes],
    ['MemAvailable', kilobytes],
    ['Buffers', '0'],
    ['Cached', '0'],
    ['Active', '0'],
    ['Inactive', '0'],
    ['Shmem', '0'],
    ['Slab', '0'],
    ['SReclaimable', '0'],
    ['SwapTotal', '0'],
    ['SwapFree', '0'],
  ];
  const cpus = Math.max(1, Math.ceil(limits.cpus));
  const names = ['cpu ', ...Array.from({ length: cpus }, (_, n) => `cpu${String(n)}`)];
  return [
    { path: '/proc/meminfo', text: meminfo.map(([name, kB]) => `${name}: ${kB} kB\n`).join('') },
    { path: '/proc/loadavg', text: '0.00 0.00 0.00 1/1 1\n' },
    { path: '/proc/uptime', text: '0.00 0.00\n' },
    {
      path: '/proc/stat',
      text: `${names.map((name) => `${name} 0 0 0 0 0 0 0 0 0 0\n`).join('')}intr 0\nctxt 0\nbtime 0\nprocesses 0\nprocs_running 1\nprocs_blocked 0\n`,
    },
    { path: '/proc/sys/kernel/random/boot_id', text: '00000000-0000-4000-8000-000000000000\n' },
  ];
}

/** Files of `/proc` that are empty inside: what they tell is of the whole machine. */
export const EMPTY_PROC: readonly string[] = [
  'buddyinfo',
  'cmdline',
  'config.gz',
  'consoles',
  'crypto',
  'devices',
  'diskstats',
  'dma',
  'execdomains',
  'fb',
  'interrupts',
  'iomem',
  'ioports',
  'kallsyms',
  'kcore',
  'key-users',
  'keys',
  'kmsg',
  'kpagecgroup',
  'kpagecount',
  'kpageflags',
  'latency_stats',
  'locks',
  'mdstat',
  'misc',
  'modules',
  'mtrr',
  'pagetypeinfo',
  'partitions',
  'sched_debug',
  'schedstat',
  'slabinfo',
  'softirqs',
  'swaps',
  'sysrq-trigger',
  'timer_list',
  'vmallocinfo',
  'vmstat',
  'zoneinfo',
].map((name) => `/proc/${name}`);

/** Folders of `/proc` that are empty inside. */
export const EMPTY_PROC_FOLDERS: readonly string[] = [
  'acpi',
  'asound',
  'bus',
  'driver',
  'dynamic_debug',
  'fs',
  'irq',
  'pressure',
  'scsi',
  'sysvipc',
  'tty',
].map((name) => `/proc/${name}`);
