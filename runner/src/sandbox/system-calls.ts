// The filter of system calls that every program in a sandbox runs under: a list of what is allowed, for one architecture.
import {
  type Architecture,
  CLONE3,
  EAFNOSUPPORT,
  ENOSYS,
  EOPNOTSUPP,
  EPERM,
  type Instruction,
  NEW_NAMESPACES,
  X32,
  allow,
  assemble,
  failWith,
  findArchitecture,
  kill,
  loadArchitecture,
  loadArgument,
  loadNumber,
  unlessAnyOf,
  unlessAtLeast,
  unlessEqual,
  whenEqual,
} from '@holdfast/platform/seccomp';
import { ALLOWED } from './allowed-calls.ts';

/** AF_UNIX, AF_INET and AF_INET6. AF_VSOCK would reach the machine around this one past every network namespace. */
const FAMILIES: readonly number[] = [1, 2, 10];
/** TIOCSTI puts characters into a terminal's input, and TIOCLINUX can paste into it: both as if somebody had typed. */
const TERMINAL_TRICKS: readonly number[] = [0x5412, 0x541c];
/** Kinds of processes: Linux, and asking which. Others switch off what makes holes hard to use. */
const PERSONALITIES: readonly number[] = [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** The filter for programs of this architecture, as Node names it; `undefined` where there is none. */
export function sandboxFilter(architecture: string): Buffer | undefined {
  const own = findArchitecture(architecture);
  if (own === undefined) return undefined;
  const numbers = Object.entries(ALLOWED)
    .filter(([name]) => LOOKED_AT[name] === undefined)
    .map(([, both]) => both[own.column])
    .filter((number) => number !== undefined);
  return assemble([
    loadArchitecture,
    // Calls as another architecture makes them have other numbers: i386 on x64, arm on arm64. Nothing honest makes them.
    whenEqual(own.audit, 1),
    kill,
    loadNumber,
    ...(architecture === 'x64' ? [unlessAtLeast(X32, 1), kill] : []),
    ...Object.entries(LOOKED_AT).flatMap(([name, look]) => closely(own, name, look)),
    ...numbers.flatMap((number) => [unlessEqual(number, 1), allow]),
    // Told that there is no such call, libraries fall back on `clone`, whose flags a filter can see.
    unlessEqual(CLONE3, 1),
    failWith(ENOSYS),
    // The same for what kernels will have: a program that tries it has another way.
    unlessAtLeast(highestKnown() + 1, 1),
    failWith(ENOSYS),
    failWith(EPERM),
  ]);
}

/** Instructions that end with an answer, whatever the arguments. */
const LOOKED_AT: Readonly<Record<string, readonly Instruction[]>> = {
  clone: [loadArgument(0), unlessAnyOf(NEW_NAMESPACES, 1), failWith(EPERM), allow],
  socket: onlyWith(0, FAMILIES, EAFNOSUPPORT),
  socketpair: onlyWith(0, FAMILIES, EAFNOSUPPORT),
  personality: onlyWith(0, PERSONALITIES, EPERM),
  ioctl: [
    loadArgument(1),
    ...TERMINAL_TRICKS.flatMap((request) => [unlessEqual(request, 1), failWith(EPERM)]),
    allow,
  ],
  // It takes a disk in an instant, between two looks at how much is free. Told that it is not possible, libraries write instead.
  fallocate: [failWith(EOPNOTSUPP)],
};

function onlyWith(argument: number, values: readonly number[], error: number): readonly Instruction[] {
  return [
    loadArgument(argument),
    ...values.flatMap((value) => [unlessEqual(value, 1), allow]),
    failWith(error),
  ];
}

function closely(own: Architecture, name: string, look: readonly Instruction[]): readonly Instruction[] {
  const number = ALLOWED[name]?.[own.column];
  if (number === undefined) throw new TypeError(`${name} has no number`);
  return [unlessEqual(number, look.length), ...look];
}

function highestKnown(): number {
  return Math.max(...Object.values(ALLOWED).flatMap((both) => both.filter((number) => number !== undefined)));
}
