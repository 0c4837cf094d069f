// A builder for tests: a real base, real sandboxes and doors, and two indexes: one on loopback that has an SDK of a few bytes, and
// PyPI behind it for uv and setuptools.
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openIndexServer, type IndexServer } from './index-server.ts';
import { Base } from '../../src/base/index.ts';
import {
  Builder,
  type BuildLimits,
  type BuildWish,
  type Built,
  type OpenBuildSandbox,
  type OpenGroup,
} from '../../src/build/index.ts';
import { once } from '@holdfast/platform/test/once';
import { Uses } from '../../src/uses.ts';
import { removeTree } from '../../src/build/tree.ts';
import { type DiskSpace } from '../../src/build/watch-bounds.ts';
import { makeWheel } from './packages.ts';
import { openPlainSandbox } from './plain-sandbox.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
/** What an app of Gradio is given, as a few bytes each. */
export const SDK = ['gradio', 'uvicorn', 'websockets', 'spaces', 'datasets', 'huggingface-hub', 'requests'];
export const ONE = '1'.repeat(24);

/** What a test works with. */
export interface BuildBench extends AsyncDisposable {
  readonly folder: string;
  readonly index: IndexServer;
  readonly log: string[];
  /** Builds a repository of these files. */
  build(
    files: Readonly<Record<string, string>>,
    wish?: Partial<BuildWish>,
    signal?: AbortSignal,
  ): Promise<Built>;
  /** What lies in the folder of builds that are not done, and how many environments there are. */
  left(): Promise<{ readonly building: number; readonly environments: number }>;
}

const SOURCE = {
  mirror: 'http://deb.debian.org/debian',
  securityMirror: 'http://deb.debian.org/debian-security',
  suite: 'bookworm',
  packages: [],
};

/** The base that all tests share; made once in a checkout, which takes minutes. */
export async function openTestBase(): Promise<Base> {
  const folder = join(CHECKOUT, '.tools/spaces-base');
  // A folder of bases is one process's alone, and tests are many.
  await once(folder, async (path) => {
    await using base = openBase(path);
    await base.ensure();
  });
  return openBase(folder);
}

function openBase(folder: string): Base {
  return new Base({ folder, source: SOURCE, tell: () => undefined });
}

/** Opens one. */
export async function openBuildBench(
  limits: Partial<BuildLimits> = {},
  options: {
    readonly openGroup?: OpenGroup;
    readonly openSandbox?: OpenBuildSandbox;
    readonly pythons?: readonly string[];
    readonly space?: DiskSpace;
    /** Where its folder is made. */
    readonly above?: string;
  } = {},
): Promise<BuildBench> {
  const folder = await mkdtemp(join(options.above ?? tmpdir(), 'holdfast-build-'));
  const index = await openIndexServer();
  for (const project of SDK) index.offer({ project, ...makeWheel(project) });
  const log: string[] = [];
  const builder = new Builder({
    ...{ folder, base: await openTestBase(), openSandbox: options.openSandbox ?? openPlainSandbox },
    code: { root: CHECKOUT, node: process.execPath, libraries: null },
    packages: {
      indexes: [
        { url: index.url, files: [] },
        { url: 'https://pypi.org/simple', files: ['https://files.pythonhosted.org'] },
      ],
      mirrors: { debian: 'http://deb.debian.org/debian', 'debian-security': null },
      authorities: process.env['NODE_EXTRA_CA_CERTS'] ?? null,
    },
    limits: {
      milliseconds: 300_000,
      bytes: 2e9,
      entries: 100_000,
      fetchedBytes: 1e9,
      memoryBytes: 8e9,
      processes: 1_024,
      ...limits,
    },
    space: options.space ?? { spare: () => Promise.resolve(Infinity) },
    openGroup: options.openGroup ?? null,
    pythons: { folders: options.pythons ?? [], tell: (place, why) => log.push(`${place}: ${why}`) },
    kept: { bytes: 1e10, uses: new Uses() },
  });
  const never = new AbortController().signal;
  return {
    ...{ folder, index, log },
    build: async (files, wish = {}, signal = never) => {
      const source = await mkdtemp(join(folder, 'source-'));
      for (const [name, text] of Object.entries(files)) await writeFile(join(source, name), text);
      const sdk = { sdk: 'gradio', sdkVersion: null, pythonVersion: null, user: null } as const;
      return await builder.build(
        { source, namespace: ONE, factory: 0, ...sdk, ...wish },
        (line) => log.push(line),
        signal,
      );
    },
    left: async () => {
      await builder[Symbol.asyncDispose]();
      const names = async (path: string): Promise<string[]> =>
        await readdir(join(folder, path)).catch(() => []);
      const made = (await names(`env/${ONE}`)).filter((name) => !name.endsWith('.json'));
      return { building: (await names('building')).length, environments: made.length };
    },
    [Symbol.asyncDispose]: async () => {
      await index[Symbol.asyncDispose]();
      await builder[Symbol.asyncDispose]();
      await mkdir(folder, { recursive: true });
      await removeTree(folder);
    },
  };
}
