// A Space's variables, named so that each would start somebody else's code, and what of them reaches the host.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openRuntime } from '../../src/sandbox/index.ts';
import { type Place, hear, specOf } from './place.ts';

/** What a program that ran on the host would leave. */
function lures(
  place: Place,
  word: string,
): { readonly env: Record<string, string>; readonly marker: string } {
  const folder = place.folder();
  const marker = join(folder, 'ran');
  const script = join(folder, 'lure.cjs');
  const shell = join(folder, 'lure.sh');
  writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '');`);
  writeFileSync(shell, `echo > '${marker}'`);
  writeFileSync(join(folder, 'sitecustomize.py'), `open(${JSON.stringify(marker)}, "w")`);
  return {
    marker,
    env: {
      WORD: word,
      LD_PRELOAD: join(folder, 'lure.so'),
      LD_AUDIT: join(folder, 'lure.so'),
      LD_LIBRARY_PATH: folder,
      GCONV_PATH: folder,
      BASH_ENV: shell,
      ENV: shell,
      NODE_OPTIONS: `--require=${script}`,
      PYTHONPATH: folder,
      PYTHONSTARTUP: join(folder, 'sitecustomize.py'),
      PATH: folder,
    },
  };
}

/** Starts an app with them and looks at every process that is not in its sandbox while it runs. */
export async function variablesStayInside(place: Place): Promise<void> {
  const word = randomBytes(12).toString('hex');
  const { env, marker } = lures(place, word);
  const node = dirname(dirname(realpathSync(process.execPath)));
  const inside = realpathSync(join(import.meta.dirname, '../../../inside'));
  const runtime = openRuntime({ ...place.options, places: [...place.options.places, node, inside] });
  const sandbox = await runtime.openSandbox(
    specOf(place, {
      command: ['/opt/holdfast/node/bin/node', '/opt/holdfast/inside/src/main.ts'],
      mounts: [
        { from: node, to: '/opt/holdfast/node', access: 'read' },
        { from: inside, to: '/opt/holdfast/inside', access: 'read' },
      ],
    }),
  );
  const app =
    'import os, time; print(os.environ["WORD"] + " " + os.environ["LD_PRELOAD"], flush=True); time.sleep(60)';
  const start = {
    ...{ type: 'start', mode: 'build', command: ['/usr/bin/python3', '-c', app] },
    ...{ env, cwd: '/home/user', copy: null, port: null, secrets: null },
  };
  sandbox.channel.write(`${JSON.stringify(start)}\n`);
  const [said] = (await once(sandbox.output.stdout, 'data')) as [Buffer];
  assert.equal(String(said).trim(), `${word} ${String(env['LD_PRELOAD'])}`);
  assert.deepEqual(findOutside(word, sandbox.first.pid), []);
  await sandbox.kill();
  await hear(sandbox);
  assert.equal(existsSync(marker), false, 'a program ran on the host');
}

/** Processes outside the sandbox that have the word in their command or their environment, as far as we may look. */
function findOutside(word: string, first: number): string[] {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return '';
    }
  };
  const parentOf = (pid: string): string => /^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '0';
  const isInside = (pid: string): boolean =>
    pid === String(first) || (Number(pid) > 1 && isInside(parentOf(pid)));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  // What cannot be seen where it is would not be seen elsewhere either.
  assert.ok(pids.some((pid) => isInside(pid) && read(`/proc/${pid}/environ`).includes(word)));
  return pids.filter(
    (pid) =>
      !isInside(pid) && ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(word)),
  );
}
