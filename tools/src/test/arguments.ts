// What `./holdfast test` was asked for.
import { parseArgs } from 'node:util';
import { TIERS } from './tiers.ts';

/** The wish of the person who runs the tests. */
export interface TestArguments {
  readonly long: boolean;
  /** Whether tests leave pictures of the pages that they look at. */
  readonly pictures: boolean;
  /** Names of tiers; empty for all, `check` included. */
  readonly tiers: readonly string[];
  readonly pattern: string;
}

/** Parses the command line. Throws an `Error` with the usage for what it does not know. */
export function parseTestArguments(args: readonly string[]): TestArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      long: { type: 'boolean', default: false },
      pictures: { type: 'boolean', default: false },
      tier: { type: 'string', multiple: true, default: [] },
    },
  });
  const known = ['check', ...TIERS.map(({ name }) => name)];
  const unknown = values.tier.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no tier "${unknown}"; there are ${known.join(', ')}`);
  if (positionals.length > 1)
    throw new Error('usage: ./holdfast test [--long] [--pictures] [--tier NAME]… [part of a file name]');
  const { long, pictures, tier: tiers } = values;
  return { long, pictures, tiers, pattern: positionals[0] ?? '' };
}
