// Reaching into other processes: by /proc, by signals and by system calls.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, readSync, readdirSync } from 'node:fs';
import { type Attempt } from './attempt.ts';
import { type Order } from './order.ts';

const CALLS = process.arch === 'x64' ? { ptrace: 101, readv: 310 } : { ptrace: 117, readv: 270 };
const PTRACE_ATTACH = 16;
const PTRACE_SEIZE = 0x4206;
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

/** The first process of the hub's own sandbox, which only waits for it: of the same user where there are no others. */
const FIRST = 1;

/** Runs an expression of Perl, which can make any system call; throws with the system's message when it is false. */
export function perl(expression: string): string {
  return execFileSync('/usr/bin/perl', ['-e', `(${expression}) or die "$!\\n"; print "done"`], {
    encoding: 'utf8',
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
  });
}

/** Runs a program; throws with what it said when it fails. */
export function shell(script: string): string {
  return execFileSync('/bin/sh', ['-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
  });
}

/** On each process that the test named, and on each that can be seen. */
export function strangerAttempts(order: Order): Attempt[] {
  const seen = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== FIRST && pid !== process.pid && parentOf(pid) !== process.pid);
  const strangers = [...new Set([...seen, ...order.pids])];
  return [
    ...strangers.flatMap((pid) => readsOf(pid)),
    ...strangers.flatMap((pid) => callsOn(pid)),
    ...order.pids.flatMap((pid) => signalsTo(pid)),
    ...privileges(order),
  ];
}

function parentOf(pid: number): number {
  try {
    return Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
  } catch {
    return 0;
  }
}

function readsOf(pid: number): Attempt[] {
  const files = ['environ', 'maps', 'mem', 'cmdline', 'status'];
  return [
    ...files.map((file) => ({
      name: `read /proc/${pid}/${file}`,
      act: () => readSome(`/proc/${pid}/${file}`),
    })),
    ...['root', 'cwd', 'exe'].map((link) => ({
      name: `follow /proc/${pid}/${link}`,
      act: () => readlinkSync(`/proc/${pid}/${link}`),
    })),
    { name: `list /proc/${pid}/fd`, act: () => readdirSync(`/proc/${pid}/fd`) },
  ];
}

function readSome(path: string): string {
  if (!path.endsWith('/mem')) return readFileSync(path, 'latin1').slice(0, 200);
  // Reading at 0 fails for everybody; being let in is what counts.
  const fd = openSync(path, 'r');
  try {
    readSync(fd, Buffer.alloc(1), 0, 1, 0x400000);
  } catch {
    return 'opened';
  } finally {
    closeSync(fd);
  }
  return 'read';
}

function callsOn(pid: number): Attempt[] {
  const vector = `my $b = "\\0" x 8; my $l = pack("QQ", unpack("Q", pack("p", $b)), 8); my $r = pack("QQ", 0x400000, 8);`;
  return [
    {
      name: `ptrace attach to ${pid}`,
      act: () => perl(`syscall(${CALLS.ptrace}, ${PTRACE_ATTACH}, ${pid}, 0, 0) == 0`),
    },
    {
      name: `ptrace seize ${pid}`,
      act: () => perl(`syscall(${CALLS.ptrace}, ${PTRACE_SEIZE}, ${pid}, 0, 0) == 0`),
    },
    {
      name: `process_vm_readv of ${pid}`,
      act: () => perl(`do { ${vector} syscall(${CALLS.readv}, ${pid}, $l, 1, $r, 1, 0) >= 0 }`),
    },
    {
      name: `take a descriptor of ${pid}`,
      act: () =>
        perl(
          `do { my $p = syscall(${PIDFD_OPEN}, ${pid}, 0); $p >= 0 and syscall(${PIDFD_GETFD}, $p, 3, 0) >= 0 }`,
        ),
    },
  ];
}

function signalsTo(pid: number): Attempt[] {
  return [0, 'SIGUSR1' as const, 'SIGCONT' as const].map((signal) => ({
    name: `send ${signal === 0 ? 'nothing' : signal} to ${pid}`,
    act: () => process.kill(pid, signal),
  }));
}

function capabilitiesOf(pid: string): string[] {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const held = [...status.matchAll(/^Cap(?:Prm|Eff|Inh|Amb):\s*([0-9a-f]+)$/gm)];
  const any = held.filter(([, bits]) => !/^0+$/.test(bits ?? ''));
  if (any.length === 0) throw new Error('none');
  return any.map(([line]) => line);
}

function privileges({ uids }: Order): Attempt[] {
  return [
    ...uids.flatMap((uid) => [
      { name: `become user ${uid}`, act: () => process.setuid?.(uid) },
      { name: `act as user ${uid}`, act: () => process.seteuid?.(uid) },
      { name: `become group ${uid}`, act: () => process.setgid?.(uid) },
    ]),
    { name: 'take the groups of root', act: () => process.setgroups?.([0]) },
    { name: 'hold a capability', act: () => capabilitiesOf('self') },
    {
      name: 'take a capability from the first process',
      act: () => {
        // Seizing, unlike attaching, does not stop it.
        perl(`syscall(${CALLS.ptrace}, ${PTRACE_SEIZE}, ${FIRST}, 0, 0) == 0`);
        return capabilitiesOf(String(FIRST));
      },
    },
    {
      name: 'find more in the environment of the first process than in its own',
      act: () => {
        const [theirs = [], own = []] = [String(FIRST), 'self'].map((pid) =>
          readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0'),
        );
        if (theirs.every((variable) => own.includes(variable))) throw new Error('none');
        return theirs;
      },
    },
    {
      name: 'gain privileges from a program',
      act: () => {
        if (/^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'latin1')))
          throw new Error('never again');
      },
    },
    { name: 'join the namespaces of the first process', act: () => shell('nsenter -t 1 -a -- true') },
  ];
}
