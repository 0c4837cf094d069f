// A filter of system calls under which a package manager finds that every change of ownership succeeds. Where there is one
// user alone, files have one owner, and dpkg gives up when it may not give `/var/mail` to the group `mail`; nobody in a
// sandbox is another user whom that would concern. The filter grants nothing: what it answers for is not done.
import {
  allow,
  assemble,
  EPERM,
  failWith,
  findArchitecture,
  loadArchitecture,
  loadNumber,
  unlessEqual,
  whenEqual,
  type Numbers,
} from '@holdfast/platform/seccomp';

/** Calls that change an owner. arm64 has two of them alone. */
const CALLS: Readonly<Record<string, Numbers>> = {
  chown: [92, undefined],
  fchown: [93, 55],
  lchown: [94, undefined],
  fchownat: [260, 54],
  setgroups: [116, 159],
};
/** A call that fails with no error has succeeded. */
const SUCCESS = 0;

/** The filter, as seccomp(2) takes it, for processes of this architecture as Node names it; `undefined` for others. */
export function feignedOwnershipFilter(architecture: string): Buffer | undefined {
  const own = findArchitecture(architecture);
  if (own === undefined) return undefined;
  const numbers = Object.values(CALLS)
    .map((both) => both[own.column])
    .filter((number) => number !== undefined);
  return assemble([
    loadArchitecture,
    whenEqual(own.audit, 1),
    failWith(EPERM),
    loadNumber,
    ...numbers.flatMap((number) => [unlessEqual(number, 1), failWith(SUCCESS)]),
    allow,
  ]);
}
