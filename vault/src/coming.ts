// Values that are on record for a door and not with it yet, because nobody has signed that they are. The one before goes on meanwhile, so
// that an app that runs is not without it: for a few seconds at most where it has no overlap, and never longer than the next one is there.
import { idsOf, type Coming, type Lease } from './lease.ts';
import { newestOf, type KeptVersion } from './model.ts';

/** So long a value that was replaced without an overlap goes on at most, in milliseconds. */
export const SPARED_MS = 3_000;
/** A value that the database did not have any more was replaced, where a next one comes so soon, in milliseconds. */
const MISSED_MS = 5_000;

/** A door that has the value before is to get the next one. False where it has none, or a later one. */
export function expectNext(
  lease: Lease,
  { version, overlap }: Pick<Coming, 'version' | 'overlap'>,
  now: number,
): boolean {
  const { name, n } = version;
  const [before, waiting] = [lease.versions.find((one) => one.name === name), lease.coming.get(name)];
  const missed = lease.missed.get(name) ?? -Infinity;
  if (before === undefined && waiting === undefined && now - missed > MISSED_MS) return false;
  if (n <= Math.max(before?.n ?? 0, waiting?.version.n ?? 0)) return false;
  // Who replaces it again and again does not keep the first one in use.
  const until = waiting?.until ?? now + Math.max(SPARED_MS, overlap * 1_000);
  lease.coming.set(name, { version, entry: undefined, overlap, until });
  return true;
}

/** Whether what goes on in its place would be lost to the door by a grant without this one. */
export function isWaitedFor({ version, until }: Coming, now: number): boolean {
  return now < Math.min(until, version.createdAt.getTime() + SPARED_MS);
}

/**
 * Takes from a door what the database does not have any more. A value goes on where the one in its place is there and on its way: it was
 * replaced, and not taken away.
 */
export function forget(lease: Lease, gone: ReadonlySet<string>, now: number): void {
  for (const [name, { version }] of lease.coming) if (gone.has(version.id)) lease.coming.delete(name);
  const isSpared = ({ name, id }: KeptVersion): boolean => {
    const next = lease.coming.get(name);
    return next !== undefined && next.version.id !== id && now < next.until;
  };
  const left = lease.versions.filter((one) => !gone.has(one.id) || isSpared(one));
  for (const one of lease.versions) if (!left.includes(one)) lease.missed.set(one.name, now);
  lease.versions = newestOf(left);
  lease.lasting = lease.lasting.filter(({ id }) => !gone.has(id));
}

/** Of what is used, what has gone on for as long as it may without the one in its place. */
export function overdueOf(lease: Lease, now: number): string[] {
  const over = [...lease.coming.values()].filter(({ until }) => now >= until);
  return idsOf(lease.versions.filter(({ name }) => over.some(({ version }) => version.name === name)));
}

/**
 * Puts what came in the place of what was before. `kept` is what the database has just now; what it has no more, or what was taken
 * away meanwhile, does not come.
 */
export function arrive(
  lease: Lease,
  { version, overlap }: Pick<Coming, 'version' | 'overlap'>,
  kept: readonly KeptVersion[],
): void {
  const { id, name } = version;
  if (lease.coming.get(name)?.version.id !== id) return;
  lease.coming.delete(name);
  const [before] = newestOf(lease.versions.filter((one) => one.name === name));
  lease.versions = lease.versions.filter((one) => one.name !== name);
  const fresh = kept.find((one) => one.id === id);
  if (fresh === undefined) return;
  lease.versions.push(fresh);
  // What had been replaced before is destroyed by now.
  lease.lasting = lease.lasting.filter((one) => one.name !== name);
  const liveUntil = new Date(version.createdAt.getTime() + overlap * 1_000);
  if (overlap > 0 && before !== undefined) lease.lasting.push({ ...before, liveUntil });
  lease.granted.add(id);
}
