// System calls on itself and on the kernel, which need no right to anything of another: each is a part of the kernel in
// which holes have lain, and none is needed by a hub.
import { type Attempt } from './attempt.ts';
import { perl, shell } from './processes.ts';

const X64 = process.arch === 'x64';
const NUMBERS = {
  ptrace: X64 ? 101 : 117,
  readv: X64 ? 310 : 270,
  unshare: X64 ? 272 : 97,
  userfaultfd: X64 ? 323 : 282,
  keyctl: X64 ? 250 : 219,
  addKey: X64 ? 248 : 217,
  clone: X64 ? 56 : 220,
  perf: X64 ? 298 : 241,
  uring: 425,
  clone3: 435,
} as const;

const TRACEME = 0;
const USER_MODE_ONLY = 1;
const THREAD_KEYRING = -1;
const SIGCHLD = 17;
const NEW_USER = 0x1000_0000;

/** Each of these succeeds in an ordinary process without rights, where the kernel was built with it. */
export function systemCallAttempts(): Attempt[] {
  const attempt = (name: string, expression: string): Attempt => ({ name, act: () => perl(expression) });
  // A process that succeeds in making another has that one end at once.
  const ended = (made: string): string => `do { my $p = ${made}; if ($p == 0) { exec "/bin/true" } $p > 0 }`;
  const flags = `pack("QQQQQQQQ", ${NEW_USER}, 0, 0, 0, ${SIGCHLD}, 0, 0, 0)`;
  return [
    attempt('be traced', `syscall(${NUMBERS.ptrace}, ${TRACEME}, 0, 0, 0) == 0`),
    attempt(
      'read memory, if only its own, as another’s is read',
      `do { my ($s, $b) = ("secret!!", "\\0" x 8); my ($l, $r) = map { pack("QQ", unpack("Q", pack("p", $_)), 8) } $b, $s;
            syscall(${NUMBERS.readv}, $$ + 0, $l, 1, $r, 1, 0) == 8 }`,
    ),
    attempt('make a user namespace', `syscall(${NUMBERS.unshare}, ${NEW_USER}) == 0`),
    attempt(
      'start a process in a user namespace',
      ended(`syscall(${NUMBERS.clone}, ${NEW_USER | SIGCHLD}, 0, 0, 0, 0)`),
    ),
    attempt(
      'start a process in a user namespace by the newer call',
      ended(`do { my $a = ${flags}; syscall(${NUMBERS.clone3}, $a, 64) }`),
    ),
    attempt('handle page faults', `syscall(${NUMBERS.userfaultfd}, ${USER_MODE_ONLY}) >= 0`),
    attempt('have a keyring', `syscall(${NUMBERS.keyctl}, 0, ${THREAD_KEYRING}, 1) > 0`),
    attempt(
      'keep a key',
      `do { my ($t, $n, $v) = ("user", "a", "b"); syscall(${NUMBERS.addKey}, $t, $n, $v, 1, ${THREAD_KEYRING}) > 0 }`,
    ),
    attempt('open a ring of calls', `do { my $p = "\\0" x 120; syscall(${NUMBERS.uring}, 1, $p) >= 0 }`),
    attempt(
      'count what the processor does',
      `do { my $a = pack("LLQ", 1, 112, 0) . "\\0" x 96; syscall(${NUMBERS.perf}, $a, 0, -1, -1, 0) >= 0 }`,
    ),
    { name: 'become root of a namespace', act: () => shell('unshare --user --map-root-user true') },
  ];
}
