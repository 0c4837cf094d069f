// The licences of what we ship with: permissive ones only, so that anyone may run and pass on the whole.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../environment.ts';
import type { Finding, Gate } from './gate.ts';

const ALLOWED: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
];

/**
 * Packages under another licence, each with its reason. `lightningcss` comes with what builds the pages: it runs unchanged
 * on the machine that builds, and nothing of it is in what is built or passed on. `axe-core` runs unchanged in the browser that
 * tests drive, and nowhere else. Typefaces under the Open Font License may be
 * passed on with anything, unchanged and not sold by themselves, as they are here.
 */
const EXCEPTIONS: Readonly<Record<string, RegExp>> = {
  'MPL-2.0': /^(?:lightningcss(-|$)|axe-core$)/,
  'OFL-1.1': /^@fontsource(-variable)?\//,
};

/** Every installed package states a licence that is allowed. */
export const licences: Gate = {
  name: 'licences',
  async look(): Promise<Finding> {
    const packages = await installedPackages(path.join(ROOT, 'node_modules'));
    const problems = packages
      .filter(({ name, licence }) => !isAllowed(licence) && EXCEPTIONS[licence]?.test(name) !== true)
      .map(({ name, licence }) => `${name}: ${licence === '' ? 'states no licence' : licence}`);
    return { looked: packages.length, things: 'packages', problems };
  },
};

/** Whether an SPDX expression can be met with allowed licences alone. */
export function isAllowed(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, '');
  return bare
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => ALLOWED.includes(one.trim())));
}

interface InstalledPackage {
  readonly name: string;
  readonly licence: string;
}

async function installedPackages(folder: string): Promise<readonly InstalledPackage[]> {
  const found: InstalledPackage[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const inner = path.join(folder, entry.name);
    if (entry.name.startsWith('@')) found.push(...(await installedPackages(inner)));
    else found.push(...(await readPackage(inner)));
  }
  return found;
}

async function readPackage(folder: string): Promise<readonly InstalledPackage[]> {
  const manifest = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => undefined);
  if (manifest === undefined) return [];
  const { name, license, licenses } = JSON.parse(manifest) as Manifest;
  const stated = license ?? licenses?.[0];
  const licence = typeof stated === 'string' ? stated : (stated?.type ?? '');
  const nested = await installedPackages(path.join(folder, 'node_modules')).catch(() => []);
  return [{ name: name ?? folder, licence }, ...nested];
}

interface Manifest {
  readonly name?: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
}
