// `./holdfast bench brokering`: what a call costs more in which the door puts a secret, beside one through the same door to the same host
// that it does not read; what a door holds in memory; and what the release of its secrets adds to the start of a Space. It fails where a figure
// is not what it has to be.
import { loadavg } from 'node:os';
import { measureCalls } from './calls.ts';
import { exitCode, told } from '../goals.ts';
import { measureReleases } from './releases.ts';

/** How the command is used. */
export const BROKERING_USAGE = 'usage: ./holdfast bench brokering [--rounds N]';

const ROUNDS = 5;

/** Measures and prints; gives the exit code. */
export async function runBrokering(words: readonly string[]): Promise<number> {
  const [option, number, ...more] = words;
  const rounds = option === undefined ? ROUNDS : Number(number);
  if ((option !== undefined && option !== '--rounds') || more.length > 0 || !(rounds >= 1)) {
    console.error(BROKERING_USAGE);
    return 2;
  }
  console.log(`load ${loadavg()[0]?.toFixed(1)} at the beginning`);
  const goals = [...(await told(measureCalls(rounds))), ...(await told(measureReleases(rounds)))];
  return exitCode(goals);
}
