// Reads the git objects in the database again, and says for each that is damaged, or was, what is to be noted of it.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { rereadObjects, type FlawedObject, type ObjectName, type RereadBatch } from '#modules/git';
import { listDamagedBetween } from './damage-store.ts';
import { type Flaw } from './model.ts';

/** Some git objects that were read again. */
export interface RereadGit {
  /** The name up to which all was read; `undefined` at the end. */
  readonly upTo: string | undefined;
  /** How many bytes were read. */
  readonly bytes: number;
  /** What is damaged, and without a flaw what was, and is whole or gone. */
  readonly found: readonly { readonly name: string; readonly flaw: Flaw | undefined }[];
  readonly flawed: readonly FlawedObject[];
}

/** Where to read: behind a name, or one repository. */
export type GitRange = { readonly after: string } | { readonly repoId: Id };

/** Reads all git objects of the range again, a few megabytes at a time. */
export async function* rereadGit(db: Db, range: GitRange): AsyncGenerator<RereadGit> {
  const repoId = 'repoId' in range ? range.repoId : undefined;
  let after = 'repoId' in range ? `${range.repoId}/` : range.after;
  const where = repoId === undefined ? { after: parseName(after) } : { repoId };
  for await (const batch of rereadObjects(db, where)) {
    const upTo = nameOf(batch.last);
    yield { upTo, ...(await compare(db, batch, { after, upTo })) };
    after = upTo;
  }
  // Behind the last object there may have been others. No id of an object is behind this one.
  const upTo = repoId && lastNameOf(repoId);
  yield { upTo: undefined, ...(await compare(db, { bytes: 0, flawed: [] }, { after, upTo })) };
}

/** The git objects of a repository that are known to be damaged. */
export async function listDamagedGit(db: Db, repoId: Id): Promise<{ oid: string; flaw: Flaw }[]> {
  const names = { after: `${repoId}/`, upTo: lastNameOf(repoId) };
  const damage = await listDamagedBetween(db, 'git-object', names);
  return damage.map(({ name, flaw }) => ({ oid: name.slice(names.after.length), flaw }));
}

function lastNameOf(repoId: Id): string {
  return `${repoId}/${'f'.repeat(40)}`;
}

/** The name under which damage of a git object is noted. */
function nameOf({ repoId, oid }: ObjectName): string {
  return `${repoId}/${oid}`;
}

function parseName(name: string): ObjectName | undefined {
  const [repoId = '', oid = ''] = name.split('/');
  return name === '' ? undefined : { repoId: repoId as Id, oid: oid as Sha1 };
}

async function compare(
  db: Db,
  { bytes, flawed }: Pick<RereadBatch, 'bytes' | 'flawed'>,
  names: { readonly after: string; readonly upTo: string | undefined },
): Promise<Omit<RereadGit, 'upTo'>> {
  const flaws = new Map<string, Flaw>(flawed.map((one) => [nameOf(one), one.flaw]));
  const known = await listDamagedBetween(db, 'git-object', names);
  const all = new Set([...flaws.keys(), ...known.map(({ name }) => name)]);
  return { bytes, flawed, found: [...all].map((name) => ({ name, flaw: flaws.get(name) })) };
}
