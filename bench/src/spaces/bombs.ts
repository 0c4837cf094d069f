// What bombs in a Space do to others on the machine: a neighbour that works and a server that answers, alone and beside each.
import { levelsHere, openMachine } from '@holdfast/runner/test/harness/machine';
import { type Blast, type Times } from '@holdfast/runner/test/look-around/neighbourhood';
import { type Goal } from '../goals.ts';
import { median } from '../result.ts';
import { judgeGoals } from '../verdict.ts';

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
  const goals: Goal[] = [];
  for (const name of new Set(blasts.map((blast) => blast.name))) {
    const same = blasts.filter((blast) => blast.name === name);
    const sides = { neighbour: same.map((one) => one.neighbour), server: same.map((one) => one.hub) };
    const shown = Object.entries(sides).map(([who, times]) => `${who} ${show(times).padEnd(44)}`);
    console.log(`${name.padEnd(32)} ${shown.join(' ').trimEnd()}`);
    for (const [who, times] of Object.entries(sides))
      goals.push({
        what: `${name}: the ${who}`,
        figure: median(ratios(times)),
        limit: WITHIN,
        side: 'under',
      });
  }
  return judgeGoals(goals);
}

/** Times what it takes alone. */
const WITHIN = 1.1;

function show(times: readonly Times[]): string {
  const [alone, beside] = [median(times.map((time) => time.alone)), median(times.map((time) => time.beside))];
  const all = ratios(times);
  const spread = [Math.min(...all), Math.max(...all)].map((ratio) => ratio.toFixed(2)).join('–');
  return `${alone.toFixed(2)} → ${beside.toFixed(2)} ms, ratio ${median(all).toFixed(2)} [${spread}]`;
}

/** Each round compares what was measured beside a bomb with what was measured just before and after it. */
function ratios(times: readonly Times[]): number[] {
  return times.map((time) => time.beside / time.alone);
}
