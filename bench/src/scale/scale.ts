// `./holdfast bench scale`: whether what a hub holds changes what it costs. Quick by default; `--long` is the form whose
// figures are worth keeping, which takes the better part of an hour and some 10 GB in the folder for temporary files. It
// fails where lists miss what they are to be.
import { exitCode, type Goal } from '../goals.ts';
import { note } from '../note.ts';
import { formatLists, goalsOf, measureLists } from './lists.ts';
import { formatRepository, measureRepository } from './repository.ts';

/** How the command is used. */
export const SCALE_USAGE = 'usage: ./holdfast bench scale [lists] [repository] [--long] [--rounds N]';

const QUICK = { repos: 50_000, questions: 30, rounds: 3, files: 5_000, commits: 200 };
const LONG = { repos: 1_000_000, questions: 40, rounds: 5, files: 100_000, commits: 10_000 };
const FEW_REPOS = 1000;
const SMALL = { files: 1_000, commits: 100 };

/** Measures and prints; gives the exit code. */
export async function runScale(words: readonly string[]): Promise<number> {
  const wish = parseWish(words);
  if (wish === undefined) {
    console.error(SCALE_USAGE);
    return 2;
  }
  const { size, parts } = wish;
  const goals: Goal[] = [];
  if (parts.includes('lists')) {
    const sizes = [FEW_REPOS, size.repos] as const;
    const results = await measureLists({ ...size, sizes }, note);
    console.log(`${formatLists(results, sizes)}\n`);
    goals.push(...goalsOf(results));
  }
  if (parts.includes('repository')) {
    const { files, commits } = size;
    console.log(formatRepository(await measureRepository({ small: SMALL, large: { files, commits } }, note)));
  }
  return exitCode(goals);
}

const PARTS = ['lists', 'repository'];

function parseWish(
  words: readonly string[],
): { readonly size: typeof LONG; readonly parts: readonly string[] } | undefined {
  const parts = words.filter((word) => PARTS.includes(word));
  const rest = words.filter((word) => !PARTS.includes(word));
  const long = rest.includes('--long');
  const [option, number, ...more] = rest.filter((word) => word !== '--long');
  const size = long ? LONG : QUICK;
  const rounds = option === undefined ? size.rounds : Number(number);
  if ((option !== undefined && option !== '--rounds') || more.length > 0) return undefined;
  if (!Number.isSafeInteger(rounds) || rounds < 1) return undefined;
  return { size: { ...size, rounds }, parts: parts.length === 0 ? PARTS : parts };
}
