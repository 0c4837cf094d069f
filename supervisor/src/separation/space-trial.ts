// Makes a sandbox as the runner makes one for an app: as a user without rights, with every namespace. A setting that looks right
// counts for nothing (threat 29).
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';
import { type Mechanism } from './mechanism.ts';

/** A number that no account has; apps run as one of these. */
const NOBODY = '1879048192';

/** Why it cannot be made; `undefined` when it can. */
export async function trySpaceSandbox(mechanism: Mechanism): Promise<string | undefined> {
  const { sandbox, setpriv, level } = mechanism;
  if (sandbox === undefined) return mechanism.shortcomings.at(-1) ?? 'no sandbox can be made';
  const become =
    level === 'uids' && setpriv !== undefined
      ? [
          setpriv,
          '--reuid',
          NOBODY,
          '--regid',
          NOBODY,
          '--clear-groups',
          '--inh-caps=-all',
          '--no-new-privs',
          '--',
        ]
      : [];
  const folders = Object.entries(sandbox.system).flatMap(([path, target]) =>
    target === 'folder' ? ['--ro-bind', path, path] : ['--symlink', target, path],
  );
  const words = [
    ...become,
    sandbox.program,
    ...['--unshare-all', '--uid', '1000', '--gid', '1000', '--die-with-parent', '--new-session'],
    ...['--ro-bind', '/usr', '/usr', ...folders, '--proc', '/proc', '--tmpfs', '/tmp', '--chdir', '/'],
    ...['--', findProgram('true') ?? '/usr/bin/true'],
  ];
  const [file = sandbox.program, ...args] = words;
  const outcome = await runProcess({ file, args }, { timeout: 10_000 });
  if (succeeded(outcome)) return undefined;
  return outcome.stderr.trim().split('\n').at(-1) ?? 'it ended without a word';
}
