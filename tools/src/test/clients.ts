// The published clients that the conformance tests drive: pinned, installed below .tools, and only when they changed.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT, TOOLS_FOLDER } from '../environment.ts';
import { run } from '../run.ts';
import { findPython } from './debian.ts';
import { findNpm } from './npm.ts';

/** Where the pins are: one `<name>.txt` per Python environment, and `node/` for the npm clients. */
const REQUIREMENTS = path.join(ROOT, 'hub/test/conformance/requirements');

const MINUTES = 60_000;

/** Makes every client ready. Throws an `Error` with the installer's output when one cannot be. */
export async function provideClients(tell: (line: string) => void): Promise<void> {
  const files = (await readdir(REQUIREMENTS)).filter((name) => name.endsWith('.txt')).sort();
  const rest = files.values();
  // An installer keeps one core busy. Both lanes take from what is left.
  const lane = async (): Promise<void> => {
    for (const file of rest) await provideVenv(file.slice(0, -'.txt'.length), tell);
  };
  await Promise.all([lane(), lane()]);
  await provideNodeClients(tell);
}

async function provideVenv(name: string, tell: (line: string) => void): Promise<void> {
  const requirements = path.join(REQUIREMENTS, `${name}.txt`);
  const folder = path.join(TOOLS_FOLDER, 'venvs', name);
  const python = await findPython();
  const version = (await run(python, ['--version'])).output;
  await provide({ folder, stamp: await stampOf(requirements, version) }, async () => {
    tell(`installing the Python clients "${name}"`);
    await mkdir(path.dirname(folder), { recursive: true });
    await mustRun(python, ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '-q', '--no-deps', '--only-binary', ':all:', '-r', requirements];
    await mustRun(path.join(folder, 'bin/python'), pip);
    await mustRun(path.join(folder, 'bin/python'), ['-m', 'compileall', '-q', folder]).catch(() => undefined);
  });
}

async function provideNodeClients(tell: (line: string) => void): Promise<void> {
  const pins = path.join(REQUIREMENTS, 'node');
  const folder = path.join(TOOLS_FOLDER, 'clients', 'node');
  await provide({ folder, stamp: await stampOf(path.join(pins, 'package-lock.json'), '') }, async () => {
    tell('installing the npm clients');
    await mkdir(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(path.join(pins, file), path.join(folder, file));
    const { file, args } = await findNpm();
    await mustRun(file, [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  });
}

interface Provided {
  readonly folder: string;
  readonly stamp: string;
}

/** Installs anew unless the stamp, written last, says that this very thing was installed completely. */
async function provide({ folder, stamp }: Provided, install: () => Promise<void>): Promise<void> {
  const file = path.join(folder, '.stamp');
  if ((await readFile(file, 'utf8').catch(() => '')) === stamp) return;
  await rm(folder, { recursive: true, force: true });
  await install();
  await writeFile(file, stamp);
}

async function stampOf(file: string, extra: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .update(extra)
    .digest('hex');
}

async function mustRun(file: string, args: readonly string[], cwd = ROOT): Promise<void> {
  const outcome = await run(file, args, { cwd, timeout: 20 * MINUTES });
  if (outcome.status !== 0) throw new Error(`${[file, ...args].join(' ')} failed\n${outcome.output}`);
}
