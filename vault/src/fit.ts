// Whether a version fits beside what its Space has: how many there may be, how large together, and one name for one thing. Pure.
import {
  MOST_BROKERED,
  MOST_SECRETS,
  MOST_TOGETHER,
  newestOf,
  type KeptVersion,
  type Version,
} from './model.ts';
import { VaultRefusal } from './refusal.ts';

type Named = Pick<Version, 'name' | 'way'>;

/** Throws a `VaultRefusal` where the Space has no room for a version beside those that are kept. */
export function requireFit(version: Version, kept: readonly KeptVersion[]): void {
  const others = newestOf(kept).filter(({ name }) => name !== version.name);
  if (others.length >= MOST_SECRETS)
    throw new VaultRefusal('too-many', `a Space has at most ${MOST_SECRETS} secrets`);
  // Those in their overlap, too: each is read whenever the Space is.
  requireFew('secrets', MOST_TOGETHER, [...kept, version]);
  // A door searches for each in many forms, in what it sends and in what comes back.
  if (version.way === 'brokered')
    requireFew('brokered secrets', MOST_BROKERED, [...others.filter(isBrokered), version]);
  for (const other of others)
    if (fileNames(version).includes(other.name)) throw pathInTheWay(version.name, `the secret ${other.name}`);
    else if (fileNames(other).includes(version.name)) throw pathInTheWay(other.name, 'this secret');
}

/** Throws a `VaultRefusal` where one of these variables has a name that the app is to find the secret by. */
export function requireFree(version: Named, variables: readonly string[]): void {
  if (variables.includes(version.name))
    throw new VaultRefusal('invalid', `the Space has a variable ${version.name}; delete it first`);
  const path = fileNames(version).find((name) => variables.includes(name));
  if (path !== undefined) throw pathInTheWay(version.name, `the variable ${path}`);
}

function requireFew(what: string, most: number, versions: readonly Pick<Version, 'bytes'>[]): void {
  if (versions.reduce((sum, { bytes }) => sum + bytes, 0) > most)
    throw new VaultRefusal('too-many', `the ${what} of a Space have at most ${most} bytes together`);
}

function isBrokered({ way }: Named): boolean {
  return way === 'brokered';
}

/** The variable in which an app finds where a file is; none for what is no file. */
function fileNames({ name, way }: Named): readonly string[] {
  return way === 'file' ? [`${name}_FILE`] : [];
}

function pathInTheWay(name: string, other: string): VaultRefusal {
  return new VaultRefusal(
    'invalid',
    `an app finds the path of the file ${name} in ${name}_FILE, where ${other} would stand as well; ` +
      'choose another name or way, or delete the other one first',
  );
}
