// What bombs in a Space do to others on the machine: a neighbour that works and a server that answers, alone and beside each.
import { levelsHere, openMachine } from '@holdfast/runner/test/harness/machine';
import { type Blast, type Times } from '@holdfast/runner/test/look-around/neighbourhood';
import { median } from '../result.ts';

/** What it is called with. */
export const BOMBS_USAGE =
  '       ./holdfast bench bombs [rounds]    neighbours of programs that want everything there is';

/** Measures, and prints. Needs root, which makes the control groups that hold bombs. */
export async function runBombs(words: readonly string[]): Promise<number> {
  const rounds = Number(words[0] ?? 5);
  const [level] = levelsHere();
  if (!(rounds >= 1) || level === undefined || process.getuid?.() !== 0) {
    console.error(`${BOMBS_USAGE} (as root)`);
    return 2;
  }
  // The launcher lets nobody else read what is made; here sandboxes of other users read the root that they share.
  process.umask(0o022);
  await using machine = await openMachine(level);
  const blasts: Blast[] = [];
  for (let round = 0; round < rounds; round += 1)
    blasts.push(...((await machine.run('let bombs of whole Spaces go off')) as readonly Blast[]));
  for (const name of new Set(blasts.map((blast) => blast.name))) {
    const same = blasts.filter((blast) => blast.name === name);
    const of = (times: readonly Times[]): string => `${show(times)}`.padEnd(36);
    console.log(
      `${name.padEnd(32)} neighbour ${of(same.map((one) => one.neighbour))} server ${of(same.map((one) => one.hub))}`,
    );
  }
  return 0;
}

// Each round compares what was measured beside a bomb with what was measured just before it.
function show(times: readonly Times[]): string {
  const [alone, beside, ratio] = [
    median(times.map((time) => time.alone)),
    median(times.map((time) => time.beside)),
    median(times.map((time) => time.beside / time.alone)),
  ];
  return `${alone.toFixed(2)} → ${beside.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`;
}
