// Looks for other processes: their names, their memory, their variables, and ways to end them.
import { type ProbeGroup, probe } from './probe.ts';

const SECRETS = 'variables and memory of others hold their secrets';
const STOP = 'to end what others run';

/** Processes. */
export const PROCESSES: ProbeGroup = {
  title: 'Other processes',
  probes: [
    probe(
      'list the processes',
      'to learn what else runs',
      'own',
      '"own" if all(int(p) < 200 for p in os.listdir("/proc") if p.isdigit()) else text(os.listdir("/proc"))',
    ),
    probe(
      'find the process of a neighbour by what it runs',
      SECRETS,
      'none',
      'text([p for p in os.listdir("/proc") if p.isdigit() and GIVEN["word"] in read("/proc/" + p + "/cmdline", "")])',
    ),
    probe(
      'read the variables of what started us',
      'Space variables once lay there',
      'PATH',
      'text(sorted({v.split("=")[0] for v in read("/proc/1/environ", "PATH=").split("\\0") if v} - {"LANG", "TZ", "PWD", "SHLVL", "OLDPWD", "_", "HOME", "NODE_COMPILE_CACHE"}))',
    ),
    probe(
      'read the command of what started us',
      'it tells where everything lies on the host',
      'closed',
      '"closed" if GIVEN["folder"] not in read("/proc/1/cmdline", "") else read("/proc/1/cmdline")',
    ),
    probe(
      'read variables named like secrets',
      'of the hub, the runner, and whoever started them',
      'none',
      'text([n for n in os.environ if any(w in n.upper() for w in ("SECRET", "PASSWORD", "DATABASE", "HOLDFAST", "AWS", "TOKEN"))])',
    ),
    probe(
      'find files that were left open',
      'an inherited descriptor passes every wall',
      'own',
      '"own" if all(re.match(r"(socket|pipe|host):|/dev/null$|/proc/|anon_inode:", os.readlink("/proc/1/fd/" + f)) for f in (os.listdir("/proc/1/fd") if attempt(os.listdir, "/proc/1/fd") not in ("EACCES", "EPERM") else [])) else "open"',
    ),
    probe('signal every process', STOP, 'own', 'signal_all()'),
    probe('signal a process of the host by its number', STOP, 'ESRCH', 'attempt(os.kill, GIVEN["pid"], 0)'),
    probe('open a process of the host by its number', STOP, 'ESRCH', 'attempt(os.pidfd_open, GIVEN["pid"])'),
    probe('trace the first process', SECRETS, 'EPERM', 'syscall("ptrace", 16, 1, 0, 0)'),
    probe(
      'read the memory of another process',
      SECRETS,
      'EPERM',
      'syscall("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0)',
    ),
    probe(
      'write the memory of another process',
      'to make it do our work',
      'EPERM',
      'syscall("process_vm_writev", os.getppid(), 0, 0, 0, 0, 0)',
    ),
    probe(
      'take a descriptor of another process',
      'to use its connections',
      'EPERM',
      'syscall("pidfd_getfd", 3, 0, 0)',
    ),
    probe(
      'join the namespaces of the first process',
      'to leave ours',
      'EPERM',
      'syscall("setns", os.open("/dev/null", 0), 0)',
    ),
    probe(
      'raise the own priority',
      'to slow neighbours down',
      'EACCES',
      'attempt(os.setpriority, os.PRIO_PROCESS, 0, -10)',
    ),
    probe(
      'ask for real time',
      'to slow neighbours down',
      'EPERM',
      'attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)))',
    ),
    probe(
      'raise a limit',
      'limits hold only who cannot raise them',
      'ValueError',
      'attempt(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20)))',
    ),
    probe(
      'leave the control group',
      'to be without limits',
      'closed',
      'closed(attempt(os.listdir, "/sys/fs/cgroup"), "ENOENT")',
    ),
    probe(
      'see the name of the control group',
      'host-side names tell of neighbours',
      '/',
      'text(sorted({l.rsplit(":", 1)[1] for l in read("/proc/self/cgroup").splitlines() if any(c in l for c in (":memory:", ":pids:", "0::"))}))',
    ),
    probe(
      'share memory with others',
      'System V memory has no path',
      'none',
      'text(read("/proc/sysvipc/shm", "x").splitlines()[1:])',
    ),
    probe('become root', 'of anything', 'closed', 'closed(attempt(os.setuid, 0), "EPERM", "EINVAL")'),
    probe(
      'become root by a program that may',
      'no_new_privs is set',
      'closed',
      '"closed" if not [p for p in ("/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount") if os.path.exists(p) and subprocess.run(["/bin/sh", "-c", "exec " + p + " --version"], capture_output=True) and "\\nUid:\\t0" in read("/proc/self/status")] else "root"',
    ),
    probe(
      'have any capability',
      'each is a part of root',
      '0',
      'text(sorted({str(int(l.split()[1], 16)) for l in read("/proc/self/status").splitlines() if l.startswith("Cap")}))',
    ),
  ],
};
