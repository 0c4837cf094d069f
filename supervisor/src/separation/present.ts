// The level of separation in plain words.
import { type Console } from '../console.ts';
import { type Mechanism } from './mechanism.ts';

/** One sentence on what the level means. */
export function describeSeparation(mechanism: Pick<Mechanism, 'level' | 'sandbox'>): string {
  switch (mechanism.level) {
    case 'uids':
      return mechanism.sandbox === undefined
        ? 'uids: the hub, the notary and PostgreSQL each run as a system user of their own'
        : 'uids: the hub, the notary and PostgreSQL each run as a system user of their own, in a sandbox of their own';
    case 'namespaces':
      return 'namespaces: the hub, the notary and PostgreSQL each run in a sandbox of their own and cannot see each other';
    case 'none':
      return 'none: the hub, the notary and PostgreSQL run as you, and nothing keeps them apart';
  }
}

/** One sentence on what a hub that is not kept off the network means. `network`: whether it must reach the database by it. */
export function describeNetwork(mechanism: Pick<Mechanism, 'sandbox'>, network: boolean): string {
  if (mechanism.sandbox === undefined)
    return "shared: the hub is on this machine's network, for lack of a sandbox, and reaches whatever this machine reaches";
  return network
    ? "shared: the hub is on this machine's network, because DATABASE_URL leads over it, and reaches whatever this machine reaches, what listens on loopback included; a database on a Unix socket would spare it that"
    : 'none: the hub serves the socket it was given, and can connect to nothing but its database';
}

/** Says at start which level was reached, and what a missing one means. */
export function presentSeparation(mechanism: Mechanism, network: boolean, console: Console): void {
  console.step(`Separation is ${describeSeparation(mechanism)}`);
  console.step(`Network is ${describeNetwork(mechanism, network)}`);
  console.event('separation', {
    level: mechanism.level,
    network: network || mechanism.sandbox === undefined ? 'shared' : 'none',
    shortcomings: mechanism.shortcomings,
  });
  if (mechanism.level !== 'none' && mechanism.shortcomings.length === 0) return;
  const meaning = meaningOf(mechanism);
  console.warn(
    `${mechanism.shortcomings.join('; ')}. This means: ${meaning}. \`./holdfast doctor\` has more.`,
  );
}

function meaningOf({ level, sandbox }: Mechanism): string {
  if (level === 'none')
    return 'whoever takes over one process can read the memory and files of all others, keys included, and everything else of this user';
  if (sandbox === undefined)
    return 'the users keep the processes apart, but each still sees the files that this machine shows to everybody';
  return 'the sandboxes keep the processes apart, but a process in one may try every system call of the kernel';
}
