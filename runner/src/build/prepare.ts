// What an author asked for, read from the files of the commit and checked, before anything is started.
import { type BaseRoot } from '../base/index.ts';
import { type BuildWish, type Built } from './build.ts';
import { type EnvironmentWish } from './plan.ts';
import { type Python } from './pythons.ts';
import { checkPackages, checkRequirements, type Checked } from './requirements.ts';
import { readSourceFile } from './source-file.ts';

type Failed = Extract<Built, { readonly kind: 'failed' }>;

/** What is to be made, or why it cannot be. */
export type Prepared =
  | {
      readonly kind: 'prepared';
      readonly environment: EnvironmentWish;
      /** Packages of Debian, beside those of the base. */
      readonly debian: readonly string[];
    }
  | Failed;

/** What there is to make it with. */
export interface Means {
  readonly base: Pick<BaseRoot, 'pythons'>;
  readonly pythons: readonly Python[];
  readonly indexes: readonly string[];
}

/** Reads and checks the author's files. */
export async function prepare(wish: BuildWish, { base, pythons, indexes }: Means): Promise<Prepared> {
  const python = choosePython(wish.pythonVersion ?? base.pythons[0], pythons);
  if (python === undefined)
    return failed(
      'CONFIG_ERROR',
      `python_version ${wish.pythonVersion ?? ''} is not there. This machine has ${pythons.map(({ version }) => version).join(', ')}: change python_version in README.md, or leave it out.`,
    );
  const problems: string[] = [];
  const read = async (name: string, check: (text: string) => Checked): Promise<string | null> => {
    const found = await readSourceFile(wish.source, name);
    if (found.kind === 'wrong') problems.push(found.why);
    if (found.kind === 'wrong' || found.text === null) return null;
    const checked = check(found.text);
    if (checked.kind === 'fine') return checked.text;
    problems.push(...checked.problems);
    return null;
  };
  const requirements = (name: string) => read(name, (text) => checkRequirements(name, text, indexes));
  const environment: EnvironmentWish = {
    sdk: wish.sdk,
    sdkVersion: wish.sdkVersion,
    python,
    preRequirements: await requirements('pre-requirements.txt'),
    requirements: await requirements('requirements.txt'),
  };
  const debian = (await read('packages.txt', checkPackages)) ?? '';
  if (problems.length > 0) return failed('BUILD_ERROR', problems.join('\n'));
  return { kind: 'prepared', environment, debian: debian.split('\n').filter(Boolean) };
}

/** The Python that is meant, among those that are there: a patch release is not chosen. */
function choosePython(wanted: string | undefined, there: readonly Python[]): Python | undefined {
  const [major, minor] = wanted?.split('.') ?? [];
  return there.find(({ version }) => version === `${major ?? ''}.${minor ?? ''}`);
}

function failed(stage: Failed['stage'], message: string): Failed {
  return { kind: 'failed', stage, message };
}
