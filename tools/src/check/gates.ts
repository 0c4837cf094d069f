// All gates, and how their findings are told.
import { deadCode } from './dead-code.ts';
import { format } from './format.ts';
import { type Finding, type Gate, passes } from './gate.ts';
import { generated } from './generated.ts';
import { licences } from './licences.ts';
import { lint } from './lint.ts';
import { sizes } from './sizes.ts';
import { templates } from './templates.ts';
import { types } from './types.ts';
import { verifier } from './verifier.ts';

const GATES: readonly Gate[] = [
  format,
  lint,
  templates,
  types,
  deadCode,
  generated,
  sizes,
  verifier,
  licences,
];

/** What the gates are called. */
export function gateNames(): readonly string[] {
  return GATES.map(({ name }) => name);
}

/** How many gates let the change through and how many did not, with the first problem of each of these. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Looks through every gate whose name contains the pattern, tells what each saw, and counts. */
export async function lookThroughGates(tell: (line: string) => void, pattern = ''): Promise<Totals> {
  let passed = 0;
  const failures: string[] = [];
  for (const gate of GATES.filter(({ name }) => name.includes(pattern))) {
    const finding = await look(gate);
    if (passes(finding)) passed += 1;
    else failures.push(`${gate.name}: ${finding.problems[0] ?? 'looked at nothing'}`);
    for (const line of told(gate.name, finding)) tell(line);
  }
  return { passed, failed: failures.length, failures };
}

/** A gate that breaks has failed. */
async function look(gate: Gate): Promise<Finding> {
  try {
    return await gate.look();
  } catch (error) {
    return {
      looked: 0,
      things: 'things',
      problems: [error instanceof Error ? (error.stack ?? '') : String(error)],
    };
  }
}

/** A gate's finding as lines for a person. */
export function told(name: string, finding: Finding): readonly string[] {
  const verdict = passes(finding) ? 'ok    ' : 'FAILED';
  const lines = [`${verdict} ${name}: ${finding.looked} ${finding.things}`];
  if (finding.looked === 0) lines.push('  looked at nothing');
  for (const line of [...(finding.remarks ?? []), ...finding.problems])
    lines.push(line.replaceAll(/^/gm, '  '));
  return lines;
}
