// `./holdfast bench [name…] [--rounds N]`: measures a real hub against a yardstick in the same run. Writes nothing; fails where a goal is
// missed.
import { BROKERING_USAGE, runBrokering } from './brokering/brokering.ts';
import { ANSWER_WITHOUT_HUB, runBareServer } from './bare-server.ts';
import { measureDoor } from './door.ts';
import { measureDownload } from './download.ts';
import { LEDGER_USAGE, runLedger } from './ledger/ledger.ts';
import { LOOK_UP_USAGE, runLookUp } from './ledger/look-up.ts';
import { PAGES_USAGE, runPages } from './pages/pages.ts';
import { requirePrograms } from './program.ts';
import { measureResolve } from './resolve.ts';
import { measureUpload } from './upload.ts';
import { REVOCATION_USAGE, runRevocation } from './revocation/revocation.ts';
import { runScale, SCALE_USAGE } from './scale/scale.ts';
import { BOMBS_USAGE, runBombs } from './spaces/bombs.ts';
import { GVISOR_USAGE, runGvisor } from './spaces/gvisor.ts';
import { runSpaces, SPACES_USAGE } from './spaces/spaces.ts';
import { measureXetDownload } from './xet-download.ts';
import { measureXetIngest } from './xet-ingest.ts';
import { formatResults, goalsOf, type Result } from './result.ts';
import { judgeGoals } from './verdict.ts';

interface Benchmark {
  readonly doc: string;
  readonly programs: readonly string[];
  readonly run: (rounds: number) => Promise<readonly Result[]>;
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  download: {
    doc: 'GET of 1 GiB stored by LFS, against nginx with one worker and sendfile',
    programs: ['nginx', 'curl'],
    run: measureDownload,
  },
  'xet-download': {
    doc: 'GET of 1 GiB stored through Xet, its chunks verified, against nginx with one worker and sendfile',
    programs: ['nginx', 'curl'],
    run: measureXetDownload,
  },
  'xet-ingest': {
    doc: 'Xorbs received, stored and verified, against the SHA-256 of the same bytes',
    programs: [],
    run: measureXetIngest,
  },
  upload: {
    doc: 'Upload by the Python client, against what the client itself spends',
    programs: [],
    run: measureUpload,
  },
  resolve: {
    doc: 'HEAD and GET of a small file in a private repository, against a bare node:http server',
    programs: ['wrk'],
    run: measureResolve,
  },
  door: {
    doc: 'GET of a small answer from an app in its sandbox, against the same app started plainly',
    programs: ['wrk'],
    run: measureDoor,
  },
};

/** Those that print in a way of their own. */
const OWN: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  scale: runScale,
  pages: runPages,
  spaces: runSpaces,
  gvisor: runGvisor,
  bombs: runBombs,
  brokering: runBrokering,
  ledger: runLedger,
  'ledger-look-up': runLookUp,
  revocation: runRevocation,
};

const USAGE = 'usage: ./holdfast bench [name…] [--rounds N]';
const ROUNDS = 7;

async function main(words: readonly string[]): Promise<number> {
  if (words[0] === ANSWER_WITHOUT_HUB) return await runBareServer();
  const [name = '', ...more] = words;
  const own = OWN[name];
  if (own !== undefined) return await own(more);
  const wish = parseWords(words);
  if (wish === undefined) {
    const list = Object.entries(BENCHMARKS).map(([name, { doc }]) => `  ${name.padEnd(14)}${doc}`);
    console.error(
      [
        USAGE,
        ...list,
        SCALE_USAGE,
        PAGES_USAGE,
        SPACES_USAGE,
        GVISOR_USAGE,
        BOMBS_USAGE,
        BROKERING_USAGE,
        LEDGER_USAGE,
        LOOK_UP_USAGE,
        REVOCATION_USAGE,
      ].join('\n'),
    );
    return 2;
  }
  const results: Result[] = [];
  for (const { programs } of wish.benchmarks) await requirePrograms(programs);
  for (const { doc, run } of wish.benchmarks) {
    console.error(`${doc} (${wish.rounds} rounds)`);
    results.push(...(await run(wish.rounds)));
  }
  console.log(formatResults(results));
  return judgeGoals(goalsOf(results));
}

function parseWords(
  words: readonly string[],
): { readonly benchmarks: readonly Benchmark[]; readonly rounds: number } | undefined {
  const names: string[] = [];
  let rounds = ROUNDS;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--rounds') rounds = Number(words[(index += 1)]);
    else names.push(word);
  }
  const wanted = names.length === 0 ? Object.keys(BENCHMARKS) : names;
  const benchmarks = wanted.map((name) => (Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined));
  if (!Number.isSafeInteger(rounds) || rounds < 1) return undefined;
  const known = benchmarks.filter((benchmark) => benchmark !== undefined);
  return known.length === benchmarks.length ? { benchmarks: known, rounds } : undefined;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
