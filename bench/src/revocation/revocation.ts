// `./holdfast bench revocation [--rounds N]`: for how long a hub still lets somebody in whose access was ended at another hub of the same
// database, for each way in which access ends. It fails where any one took a second.
import { setTimeout as delay } from 'node:timers/promises';
import { exitCode, told, type Figures, type Goal } from '../goals.ts';
import { note } from '../note.ts';
import { median } from '../result.ts';
import { KINDS, prepare, type Kind } from './kinds.ts';
import { openTwoHubs, type TwoHubs } from './two-hubs.ts';

/** How the command is used. */
export const REVOCATION_USAGE = 'usage: ./holdfast bench revocation [--rounds N]';

const ROUNDS = 50;
const LIMIT_MS = 1_000;
/** Asked for so long after the last answer: all the time, and yet not so often that the hub has nothing else to do. */
const PAUSE_MS = 2;
const PATIENCE_MS = 30_000;

/** Measures and prints; gives the exit code. */
export async function runRevocation(words: readonly string[]): Promise<number> {
  const rounds =
    words.length === 0 ? ROUNDS : words[0] === '--rounds' && words.length === 2 ? Number(words[1]) : 0;
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    console.error(REVOCATION_USAGE);
    return 2;
  }
  note('starting a database and two hubs');
  await using hubs = await openTwoHubs();
  await prepare(hubs);
  const goals: Goal[] = [];
  for (const [at, [name, kind]] of Object.entries(KINDS).entries()) {
    note(`${name}, ${rounds} times`);
    goals.push(...(await told(measureKind(hubs, { name, kind, rounds, prefix: `k${at}-` }))));
  }
  const most = Math.max(...goals.map(({ figure }) => figure));
  console.log(`the longest of all: ${most.toFixed(0)} ms (reach: under ${LIMIT_MS})`);
  return exitCode(goals);
}

interface Wish {
  readonly name: string;
  readonly kind: Kind;
  readonly rounds: number;
  readonly prefix: string;
}

async function measureKind(hubs: TwoHubs, { name, kind, rounds, prefix }: Wish): Promise<Figures> {
  const times: number[] = [];
  for (let n = 0; n < rounds; n += 1) times.push(await measureOne(hubs, kind, `${prefix}${n}`));
  const most = Math.max(...times);
  const said = `${name}: ${median(times).toFixed(0)} ms in the middle, ${most.toFixed(0)} at most`;
  return {
    said,
    goals: [{ what: `${name}, until it is refused (ms)`, figure: most, limit: LIMIT_MS, side: 'under' }],
  };
}

/** From when the first hub was asked to end it to when the second was asked last by somebody whom it let in. */
async function measureOne(hubs: TwoHubs, kind: Kind, name: string): Promise<number> {
  const { isLetIn, end } = await kind(hubs, name);
  // Twice: what opens once alone would pass for ended at once.
  for (let n = 0; n < 2; n += 1)
    if (!(await isLetIn())) throw new Error(`${name} was not let in to begin with`);
  const began = performance.now();
  let lastLetIn = began;
  const ending = end();
  // It is waited for below; what fails meanwhile is told there.
  ending.catch(() => undefined);
  for (;;) {
    const asked = performance.now();
    if (!(await isLetIn())) break;
    lastLetIn = asked;
    if (asked - began > PATIENCE_MS) throw new Error(`${name} is still let in after ${PATIENCE_MS / 1000} s`);
    await delay(PAUSE_MS);
  }
  await ending;
  if (await isLetIn()) throw new Error(`${name} was let in again`);
  return lastLetIn - began;
}
