// A child with users of its own: in a user namespace in which its account is root, and a range of numbers that no user of the
// host has are its other users. It may make sandboxes that run as different users, and has no right over anything of the
// host: neither setuid programs nor the host's capabilities are needed for it (threat 27: a user of its own per sandbox).
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type Duplex } from 'node:stream';
import { type Account } from './confinement.ts';

/** The first number of the other users, and how many there are. Debian gives ranges out below it, and no user has them. */
const FIRST = 0x7000_0000;
const COUNT = 65_535;

/** The programs that make a user namespace. */
export interface RangePrograms {
  readonly unshare: string;
  readonly shell: string;
  readonly setpriv: string;
}

/**
 * The command in a namespace of its own. It says that it has one on this descriptor, waits there until the kernel was told
 * its numbers, and becomes root of it.
 */
export function inUserNamespace(
  { unshare, shell, setpriv }: RangePrograms,
  gateFd: number,
  command: readonly string[],
): string[] {
  // As shells write descriptors.
  if (gateFd > 9) throw new RangeError('a shell takes no descriptor above 9');
  const gate = `echo >&${gateFd} && read -r word <&${gateFd} && exec "$@" ${gateFd}>&-`;
  return [
    // What runs before the numbers are told would lose its rights over the namespace with each program that it starts.
    ...[unshare, '--user', '--keep-caps', '--', shell, '-c', gate, 'sh'],
    ...[setpriv, '--reuid', '0', '--regid', '0', '--clear-groups', '--'],
    ...command,
  ];
}

/** Waits for the child at the gate, tells the kernel its numbers, and lets it go on. */
export async function openGate(
  gate: Duplex,
  first: Promise<number | undefined>,
  account: Account,
): Promise<void> {
  await once(gate, 'data');
  const pid = await first;
  if (pid === undefined) return; // it has ended
  for (const [file, root] of [
    ['uid_map', account.uid],
    ['gid_map', account.gid],
  ] as const)
    writeFileSync(`/proc/${pid}/${file}`, `0 ${root} 1\n1 ${FIRST} ${COUNT}\n`);
  gate.end('\n');
}
