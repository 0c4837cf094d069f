// A process of the newest client for each thing it does: it has a cache of its own with nothing in it, and says what the hub
// answered meanwhile.
import path from 'node:path';
import { openCast } from '../harness/cast.ts';
import type { Instance } from '../harness/instance.ts';
import { mustRun, ROOT } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const SCRIPT = path.join(ROOT, 'hub/test/conformance/python/xet_ways.py');

/** What the script prints. */
export interface Seen {
  /** How often each operation was answered well. */
  readonly seen: Readonly<Record<string, number>>;
  /** Bytes by which the hub's objects grew. */
  readonly grown: number;
  readonly size: number;
}

/** Runs it: `upload` or `download`, a repository, and names of files. */
export type Go = (env: Readonly<Record<string, string>>, ...args: readonly string[]) => Promise<Seen>;

/** Makes the accounts of a new instance, and gives what runs the script as its administrator. */
export async function openScript(instance: Instance): Promise<Go> {
  const cast = await openCast(instance);
  return async (env, ...args) => {
    await using home = await openScratch('client');
    const all = { ...cast, HUB_OBJECTS: path.join(instance.data, 'objects'), ...env };
    const command = { env: clientEnvironment(home.path, all), cwd: home.path };
    return JSON.parse(await mustRun(venvProgram('hub-newest', 'python'), [SCRIPT, ...args], command)) as Seen;
  };
}
