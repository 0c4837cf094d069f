// `./holdfast doctor`: what keeps the processes apart on this machine, and what is missing for more.
import { openConfig } from '@holdfast/supervisor/config/config';
import type { Diagnosis } from '@holdfast/supervisor/doctor';
import { describeNetwork, describeSeparation } from '@holdfast/supervisor/separation/present';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printResult } from '../print.ts';

/** Measures and tells. Its exit code is 1 when something is missing. */
export const doctor: Command = {
  name: 'doctor',
  doc: 'Show what keeps the processes apart here, and what is missing',
  words: [],
  flags: {},
  run: async (call) => {
    const { config } = await openConfig(call.raw, call.place);
    const { diagnose } = await import('@holdfast/supervisor/doctor');
    const diagnosis = await diagnose(config, call.place.checkout);
    const { mechanism, ...rest } = diagnosis;
    const { level, shortcomings, sandbox } = mechanism;
    const value = { separation: level, sandboxes: sandbox !== undefined, shortcomings, ...rest };
    printResult(call.json, value, describe(diagnosis));
    const complete = level !== 'none' && shortcomings.length === 0 && rest.postgres;
    return complete ? EXIT.done : EXIT.failed;
  },
};

function describe({ mechanism, network, postgres, swap, spaces }: Diagnosis): string {
  return [
    `Separation  ${describeSeparation(mechanism)}`,
    ...mechanism.shortcomings.map((line) => `            missing: ${line}${remedyFor(line)}`),
    `Network     ${describeNetwork(mechanism, network)}`,
    ...describeSpaces(spaces),
    `PostgreSQL  ${postgres ? 'the embedded server is installed' : 'missing: the embedded server is not installed for this machine; set DATABASE_URL'}`,
    `Swap        ${{ none: 'none', present: 'there is some: make sure that it is encrypted, or secrets can reach a disk', unknown: 'unknown' }[swap]}`,
  ].join('\n');
}

// There is no other way to run somebody's code: without a sandbox and its limits, no app starts.
function describeSpaces({ problem, limitsProblem }: Diagnosis['spaces']): string[] {
  if (problem !== null)
    return [
      'Spaces      no app can run here; static ones are served',
      `            missing: ${problem}${remedyFor(problem)}`,
    ];
  if (limitsProblem === null) return ['Spaces      apps run in sandboxes, each within limits of its own'];
  return [
    'Spaces      no app runs here unless spaces.dangerouslyUnlimited is set: nothing would limit what it uses',
    `            missing: control groups in which this user may make others: ${limitsProblem}`,
    '            remedy: systemd-run --user --scope -p Delegate=yes ./holdfast start, Delegate=yes in its unit, or start as root',
  ];
}

// The usual reasons why the kernel refuses, each with the narrowest change that helps.
function remedyFor(line: string): string {
  if (/No permissions to create new namespace|setting up uid map|Creating new namespace failed/.test(line))
    return '\n            remedy: allow user namespaces (sysctl kernel.unprivileged_userns_clone=1 on older Debian; an AppArmor profile for /usr/bin/bwrap on Ubuntu 24.04), or start as root';
  if (/Failed RTM_NEWADDR|loopback/.test(line))
    return '\n            remedy: give /usr/bin/bwrap an AppArmor profile that allows userns (Ubuntu 24.04), or start as root';
  if (/Operation not permitted|Permission denied/.test(line))
    return '\n            remedy: in a container, allow it to make namespaces (Docker: --security-opt seccomp=unconfined --cap-add SYS_ADMIN)';
  return '';
}
