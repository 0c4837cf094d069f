// Scripts in other languages print one marked line of JSON per case; each becomes a node:test case here.
import type { TestContext } from 'node:test';
import type { Outcome } from './program.ts';

const MARK = '@case ';

interface ReportedCase {
  readonly name: string;
  readonly error?: string;
  readonly skipped?: string;
  /** The script has no further case: a script that ends before has crashed. */
  readonly last?: boolean;
}

/** Makes a subtest of each case a script printed. Throws when the script did not get to its last one. */
export async function reportCases(t: TestContext, script: string, outcome: Outcome): Promise<void> {
  const cases = outcome.stdout
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => JSON.parse(line.slice(MARK.length)) as ReportedCase);
  for (const one of cases) {
    await t.test(one.name, { skip: one.skipped ?? false }, () => {
      if (one.error !== undefined) throw new Error(one.error);
    });
  }
  if (cases.at(-1)?.last === true && outcome.status === 0) return;
  throw new Error(`${script} did not finish\n${outcome.stdout}\n${outcome.stderr}`);
}
