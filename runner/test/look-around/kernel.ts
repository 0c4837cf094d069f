// Looks at the kernel and its devices: what it tells of the machine, and what it lets itself be told.
import { type ProbeGroup, probe } from './probe.ts';

const LOAD = 'how busy neighbours are, and when';
const DISKS = 'the host’s disks';
const KERNEL = 'where the kernel’s code lies helps to misuse a hole in it';
const SET = 'a setting of the kernel holds for everybody';
const RAW = 'the machine’s memory and disks';

const settings = [
  'kernel/core_pattern',
  'kernel/modprobe',
  'vm/overcommit_memory',
  'user/max_user_namespaces',
  'net/ipv4/ip_unprivileged_port_start',
];

/** The kernel and its devices. */
export const KERNEL_GROUP: ProbeGroup = {
  title: 'The kernel and its devices',
  probes: [
    probe('read the load', LOAD, '0.00 0.00 0.00', 'text([" ".join(read("/proc/loadavg").split()[:3])])'),
    probe(
      'read how busy each processor was',
      LOAD,
      '0',
      'text(sorted({w for l in read("/proc/stat").splitlines() if l.startswith("cpu") for w in l.split()[1:]}))',
    ),
    probe('read what waits for what', LOAD, 'none', 'text(os.listdir("/proc/pressure"))'),
    probe(
      'read interrupts',
      'keys that are struck can be told from them',
      'none',
      'text(read("/proc/interrupts").splitlines() + read("/proc/softirqs").splitlines())',
    ),
    probe(
      'read what the disks did',
      DISKS,
      'none',
      'text(read("/proc/diskstats").splitlines() + read("/proc/partitions").splitlines())',
    ),
    probe('list the disks’ file systems', DISKS, 'none', 'text(os.listdir("/proc/fs"))'),
    probe(
      'read how the kernel was started',
      'it names disks and switches',
      'none',
      'text(read("/proc/cmdline").splitlines())',
    ),
    probe(
      'read which start of the machine this is',
      'it ties what two Spaces see together',
      '00000000-0000-4000-8000-000000000000',
      'text([read("/proc/sys/kernel/random/boot_id").strip()])',
    ),
    probe(
      'read how much memory the machine has',
      LOAD,
      'own',
      '"own" if int(read("/proc/meminfo").split()[1]) <= GIVEN["memory"] >> 10 else read("/proc/meminfo").split()[1]',
    ),
    probe('read since when the machine runs', LOAD, '0.00', 'text([read("/proc/uptime").split()[0]])'),
    probe(
      'read the names of the kernel’s code',
      KERNEL,
      'none',
      'text(read("/proc/kallsyms", "").splitlines()[:1] + read("/proc/modules", "").splitlines()[:1])',
    ),
    probe('read the kernel’s log', KERNEL, 'EPERM', 'syscall("syslog", 3, 0, 0)'),
    probe('read the kernel’s memory', RAW, 'none', 'text(read("/proc/kcore", "").splitlines()[:1])'),
    probe(
      'read what the kernel keeps of its memory',
      KERNEL,
      'none',
      'text([n for n in ("slabinfo", "vmallocinfo", "pagetypeinfo", "zoneinfo", "vmstat", "buddyinfo") if read("/proc/" + n, "").strip()])',
    ),
    probe(
      'read the keys that the kernel keeps',
      'they open disks and networks',
      'none',
      'text(read("/proc/keys", "").splitlines() + read("/proc/key-users", "").splitlines())',
    ),
    probe(
      'ask for a key of the kernel',
      'they open disks and networks',
      'EPERM',
      'syscall("keyctl", 0, -3, 0, 0, 0)',
    ),
    ...settings.map((name) =>
      probe(
        `set ${name}`,
        SET,
        'closed',
        `closed(attempt(lambda: open("/proc/sys/${name}", "w").write("0")), "EACCES", "EROFS", "EPERM", "ENOENT")`,
      ),
    ),
    probe(
      'press the kernel’s emergency key',
      'it stops the machine',
      'closed',
      'closed(attempt(lambda: (os.stat("/proc/sysrq-trigger").st_rdev == os.makedev(1, 3) and errno_raise(errno.EACCES))), "EACCES", "ENOENT")',
    ),
    probe(
      'list the devices',
      RAW,
      'fd,full,null,random,shm,stderr,stdin,stdout,urandom,zero',
      'text(sorted(os.listdir("/dev")))',
    ),
    probe('make a device', RAW, 'EPERM', 'attempt(os.mknod, "/tmp/disk", 0o60600, os.makedev(254, 0))'),
    probe(
      'open a disk',
      RAW,
      'none',
      'text([d for d in ("sda", "vda", "nvme0n1", "dm-0", "loop0", "mem", "kmem", "port", "kmsg", "kvm", "fuse", "net/tun", "vhost-vsock", "vsock", "uinput", "tty", "console", "ptmx") if os.path.exists("/dev/" + d)])',
    ),
    probe(
      'type into a terminal',
      'somebody may sit at it',
      'EPERM',
      'attempt(lambda: fcntl.ioctl(0, 0x5412, b"x"))',
    ),
    probe(
      'use instructions of the other architecture',
      'its calls have other numbers',
      'SIGSYS',
      'other_architecture()',
    ),
    probe('use the other names of the calls', 'its calls have other numbers', 'SIGSYS', 'x32()'),
    probe(
      'make a user namespace',
      'in it, one has every right over new ones',
      'EPERM',
      'syscall("unshare", 0x10000000)',
    ),
    probe(
      'make a process in a user namespace',
      'in it, one has every right over new ones',
      'EPERM',
      'syscall("clone", 0x10000011, 0, 0, 0, 0)',
    ),
    probe(
      'make a process whose flags cannot be seen',
      'in it, one has every right over new ones',
      'ENOSYS',
      'syscall("clone3", 0, 0)',
    ),
    probe('switch off what makes holes hard to use', KERNEL, 'EPERM', 'syscall("personality", 0x0040000)'),
    probe(
      'dump core',
      'a program of the host is started with it',
      '(0, 0)',
      'str(resource.getrlimit(resource.RLIMIT_CORE))',
    ),
  ],
};
