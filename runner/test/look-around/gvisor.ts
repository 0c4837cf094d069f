// What looks around find under gVisor where that is not what they find under bubblewrap. There, what answers is a kernel of the
// sandbox's own: what it grants, it grants over itself.
import { BOMB_GROUP, LOOKS } from './table.ts';

/** What a probe says there: a word, one for apps and one for builds, or a form and what it means. */
type Said =
  | string
  | { readonly run: string; readonly build: string }
  | { readonly form: RegExp; readonly means: string };

/** The user of a build has the number of root there, and no right of it. */
const inBuild = (build: string): Said => ({ run: 'closed', build });

const all = (names: string, said: string): readonly (readonly [string, string])[] =>
  names.split(' ').map((name) => [`call ${name}`, said]);

const PROBES = [...LOOKS, BOMB_GROUP].flatMap((group) => group.probes);

const SAYS: Readonly<Record<string, Said>> = {
  'read the routes of IPv6': 'none',
  ...Object.fromEntries(
    ['an address of the internet', 'an address of the internet by IPv6', 'the metadata service']
      .concat(['the metadata service by IPv6', 'a private address'])
      .map((what) => [`connect to ${what}`, 'EHOSTUNREACH']),
  ),
  'ask a resolver of the internet': 'EHOSTUNREACH',
  'open a packet socket': 'EPERM',
  'ask the kernel about its network': 'done',
  'configure an interface': 'ENOTTY',
  'open a process of the host by its number': 'ENOSYS',
  'read the memory of another process': 'ENOSYS',
  'write the memory of another process': 'ENOSYS',
  'take a descriptor of another process': 'ENOSYS',
  'join the namespaces of the first process': 'ENOTSUP',
  'raise the own priority': 'done',
  'ask for real time': 'EINVAL',
  'see the name of the control group': 'none',
  'become root': inBuild('done'),
  'become root by a program that may': inBuild('root'),
  'list the root': 'sys',
  'list the devices’ settings': '[]',
  'write to the repository’s files': { form: /^(?:EACCES|EROFS)$/, means: 'EACCES or EROFS' },
  'write a program that others will start': 'EACCES',
  'change who may do what with the base': 'EPERM',
  'make a program that becomes root': 'suid',
  'open a file by its handle': 'ENOTSUP',
  'ask for a file’s handle': 'ENOTSUP',
  // It has mounts of its own, of what was mounted for it.
  'learn from the mounts where the own files lie on the host': 'none',
  // No descriptor is handed over there: an app waits for its visitors at the door.
  'find a socket': {
    run: '/run/holdfast/out/door.sock,/run/holdfast/out/visits.sock',
    build: '/run/holdfast/out/door.sock',
  },
  'remove the door’s socket': { form: /^(?:EACCES|EROFS)$/, means: 'EACCES or EROFS' },
  'read what waits for what': 'ENOENT',
  'read interrupts': 'ENOENT',
  'read what the disks did': 'ENOENT',
  'list the disks’ file systems': 'ENOENT',
  'read how the kernel was started': 'BOOT_IMAGE=/vmlinuz-4.4.0-gvisor quiet',
  'read which start of the machine this is': 'ENOENT',
  'read since when the machine runs': { form: /^\d{1,3}\.\d\d$/, means: 'since the sandbox runs' },
  'read the kernel’s log': 'done',
  'ask for a key of the kernel': 'EACCES',
  'list the devices': 'fd,full,fuse,net,null,ptmx,pts,random,shm,stderr,stdin,stdout,tty,urandom,zero',
  'make a device': 'done',
  'open a disk': 'fuse,net/tun,tty,ptmx',
  'type into a terminal': 'ENOTTY',
  'use instructions of the other architecture': 'done',
  'use the other names of the calls': 'ENOSYS',
  'make a user namespace': 'done',
  'make a process in a user namespace': { form: /^(?:done)+$/, means: 'done' },
  'switch off what makes holes hard to use': 'EINVAL',
  // Its kernel ends when the machine gives it no more threads.
  'start processes without end': 'ended',
  'make files without end': { form: /^(?:held|ended)$/, means: 'held or ended' },
  ...Object.fromEntries([
    ...all('add_key keyctl request_key', 'EACCES'),
    ...all('fanotify_init fsconfig fsmount fsopen fspick io_uring_register listmount memfd_secret', 'ENOSYS'),
    ...all('mount_setattr move_mount nfsservctl open_tree pidfd_getfd process_madvise', 'ENOSYS'),
    ...all('process_mrelease process_vm_readv process_vm_writev quotactl_fd remap_file_pages', 'ENOSYS'),
    ...all('statmount syslog userfaultfd', 'ENOSYS'),
    ...all('mbind ptrace set_mempolicy unshare', 'done'),
    ...all('name_to_handle_at open_by_handle_at setns', 'ENOTSUP'),
    ...all('io_uring_setup', 'EINVAL'),
    ...all('perf_event_open', 'ENODEV'),
  ]),
};

/** What the probe of this name must say under gVisor, when it looks as an app or as a package that is built. */
export function underGvisor(name: string, expects: string, mode: 'run' | 'build'): string | RegExp {
  const said = SAYS[name] ?? expects;
  if (typeof said === 'string') return said;
  return 'form' in said ? said.form : said[mode];
}

/** What differs, as it is documented: the name of the probe, and what comes of it there. */
export function listDifferences(): readonly (readonly [name: string, bubblewrap: string, gvisor: string])[] {
  return PROBES.filter(({ name }) => name in SAYS).map(({ name, expects }) => [
    name,
    expects,
    wordOf(SAYS[name] ?? expects),
  ]);
}

/** Names that no probe has. */
export function listStrangers(): readonly string[] {
  const names = new Set(PROBES.map((probe) => probe.name));
  return Object.keys(SAYS).filter((name) => !names.has(name));
}

function wordOf(said: Said): string {
  if (typeof said === 'string') return said;
  return 'form' in said ? said.means : `${said.run}; in a build ${said.build}`;
}
