// The part of docs/generated/access-matrix.md on pages: which kind of caller is shown which, and whose forms are done.
import {
  outcomeOf,
  PAGE_CALLER_NAMES,
  PAGE_CALLERS,
  PAGE_MATRIX,
  type Outcome,
  type PageCaller,
  type PageRule,
} from '@holdfast/hub/page-matrix';

/** Lines: one row for each page and each form of it, one column for each kind of caller. */
export function pageMatrixLines(): string[] {
  const rows = Object.entries(PAGE_MATRIX)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, rule]) => {
      const cells = PAGE_CALLER_NAMES.map((caller) => cellOf(rule, caller));
      return `| \`${key.includes(' ?/') ? 'POST' : 'GET'} ${key.replace(' ', '')}\` | ${cells.join(' | ')} |`;
    });
  return [
    '## Pages and their forms',
    '',
    'Who is shown which page, and whose forms do what they are for. A form is named as pages name it (`?/create`; `?/default` is the',
    'only form of its page). `hub/test/abuse/page-matrix.test.ts` finds the pages in what was built of them, calls each as each of these',
    'and compares, and holds against the ledger whether something was done.',
    '',
    '- **yes**: shown, or done; **sign in**, **prove**: led to where one signs in, or proves anew that it is oneself; **–**: refused',
    '- **public**: only about a public repository; what stands before it holds for the others',
    ...PAGE_CALLER_NAMES.map((name) => `- **${name}**: ${PAGE_CALLERS[name]}`),
    '',
    `| page or form | ${PAGE_CALLER_NAMES.join(' | ')} |`,
    `| --- |${' --- |'.repeat(PAGE_CALLER_NAMES.length)}`,
    ...rows,
  ];
}

const CELLS: Readonly<Record<Outcome, string>> = {
  yes: 'yes',
  'sign in': 'sign in',
  prove: 'prove',
  no: '–',
};

function cellOf(rule: PageRule, caller: PageCaller): string {
  const [before, open] = (['private', 'public'] as const).map((one) => outcomeOf(rule, caller, one));
  const cell = CELLS[before ?? 'no'];
  if (before === open) return cell;
  return before === 'no' ? 'public' : `${cell}, public`;
}
