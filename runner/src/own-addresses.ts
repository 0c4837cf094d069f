// The addresses that are ours: those of this machine's network, by its interfaces and its routes, and those that the name in
// HOLDFAST_URL leads to, which are a proxy's in front of it. An app reaches the hub by its reserved name alone: by another way it
// would pass for a visitor, and reach whatever else that machine serves.
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { localRoutes } from './local-routes.ts';

/** How long a resolver is waited for before an app starts without its word. */
const PATIENCE = 2_000;

/** Finds the addresses of a name; rejects where there are none. */
export type FindAddresses = (name: string) => Promise<readonly string[]>;

/**
 * As they are now: a machine gets others while it runs, and a name may come to lead elsewhere. Throws what reading routes throws.
 * @param note is told, in a sentence, of what the machine's routes name and is not among them
 */
export async function ownAddresses(
  publicHost: string | null,
  find: FindAddresses = findAddresses,
  note: (problem: string) => void = () => undefined,
): Promise<string[]> {
  const local = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address),
  );
  const { networks: routed, problems } = await localRoutes();
  for (const problem of problems) note(problem);
  const named = publicHost === null ? [] : await inTime(find(publicHost));
  return [...new Set([...local, ...routed, ...named])];
}

/** Finds them by this machine's resolver. Throws what it throws. */
export async function findAddresses(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

async function inTime(found: Promise<readonly string[]>): Promise<readonly string[]> {
  const late = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(late.resolve, PATIENCE, []);
  try {
    // A name without an address leads nobody here.
    return await Promise.race([found.catch(() => []), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
