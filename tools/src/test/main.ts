// `./holdfast test`: sets up what the tests need, runs the checks and every tier, and ends with one line of totals.
import { lookThroughGates } from '../check/gates.ts';
import { parseTestArguments, type TestArguments } from './arguments.ts';
import { provideClients } from './clients.ts';
import { provideCompiled } from './compiled.ts';
import { provideDebian } from './debian.ts';
import { runTier, type TestOutcome, tierFiles } from './tier-run.ts';
import { type Tier, TIERS } from './tiers.ts';

// The launcher lets nobody else read what Holdfast writes. Tests copy checkouts that other users must be able to read.
process.umask(0o022);
const NOTHING: TestOutcome = { passed: 0, failed: 0, skipped: 0, failures: [], unsteady: [] };
const tell = (line: string): void => console.log(line);
const wish = wishOrUsage();
if (wish === undefined) process.exitCode = 2;
else {
  const totals = await runAll(wish);
  if (totals.failed > 0 || totals.passed === 0) process.exitCode = 1;
  // Once more in one place: a log of an hour is read from its end.
  for (const failure of totals.unsteady) tell(`UNSTEADY ${failure}`);
  for (const failure of totals.failures) tell(`FAILED ${failure}`);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  tell(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
}

/** What was asked for; words that cannot be understood are answered with what can be. */
function wishOrUsage(): TestArguments | undefined {
  try {
    return parseTestArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function runAll(wish: TestArguments): Promise<TestOutcome> {
  const all: TestOutcome[] = [];
  const wanted = (name: string): boolean => wish.tiers.length === 0 || wish.tiers.includes(name);
  if (wanted('check') && wish.pattern === '') {
    tell('\n== check');
    all.push({ ...(await lookThroughGates(tell)), skipped: 0, unsteady: [] });
  }
  const compiled: { made?: Promise<void> } = {};
  const compile = async (): Promise<void> => await (compiled.made ??= provideCompiled(tell));
  for (const tier of TIERS.filter(({ name }) => wanted(name))) all.push(await runOne(tier, wish, compile));
  const sum = (key: 'passed' | 'failed' | 'skipped'): number =>
    all.reduce((total, one) => total + one[key], 0);
  return {
    ...{ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') },
    failures: all.flatMap(({ failures }) => failures),
    unsteady: all.flatMap(({ unsteady }) => unsteady),
  };
}

/** One tier, from what it needs to its totals. A tier that ran nothing has failed, unless a pattern left it out. */
async function runOne(tier: Tier, wish: TestArguments, compile: () => Promise<void>): Promise<TestOutcome> {
  const files = await tierFiles(tier, wish.pattern);
  if (files.length === 0 && wish.pattern !== '') return NOTHING;
  tell(`\n== ${tier.name}`);
  const started = Date.now();
  try {
    if (files.length === 0) throw new Error(`there are no tests in ${tier.files.join(', ')}`);
    await provideDebian([...tier.needs, ...(wish.long ? (tier.longNeeds ?? []) : [])], tell);
    if (tier.clients) await provideClients(tell);
    // One file alone is sooner through without.
    if (tier.instances && wish.pattern === '') await compile();
    const totals = await runTier(tier, files, wish);
    const seconds = Math.round((Date.now() - started) / 1000);
    tell(
      `${tier.name}: ${totals.passed} ok, ${totals.failed} not, ${totals.skipped} left out, in ${seconds} s`,
    );
    if (totals.passed === 0 && totals.failed === 0) throw new Error('no test ran');
    return totals;
  } catch (error) {
    const failure = `${tier.name}: ${error instanceof Error ? error.message : String(error)}`;
    tell(`FAILED ${failure}`);
    return { ...NOTHING, failed: 1, failures: [failure] };
  }
}
