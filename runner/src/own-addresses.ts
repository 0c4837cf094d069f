// The addresses that are ours: those of this machine's network, by its interfaces and its routes, and those that the name in
// HOLDFAST_URL leads to, which are a proxy's in front of it. An app reaches the hub by its reserved name alone: by another way it
// would pass for a visitor, and reach whatever else that machine serves.
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { localRoutes } from './local-routes.ts';

/** How long a resolver is waited for before an app starts without its word. */
const PATIENCE = 2_000;
/** How often it is looked again while apps run, in milliseconds. */
const LOOK_MS = 30_000;
/** A name that leads to some of many addresses at a time led to these, too, so long before. Milliseconds, and how many. */
const REMEMBERED = { ms: 60 * 60_000, most: 256 };

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

/** What is told to whoever follows. */
type Listener = (own: readonly string[]) => void;

/** Looks again and again, and tells doors: they are open for weeks, and a machine, or who stands before it, gets other addresses. */
export class OwnAddresses implements Disposable {
  readonly #publicHost: string | null;
  readonly #find: FindAddresses;
  readonly #note: (problem: string) => void;
  readonly #named = new Map<string, number>();
  readonly #listeners = new Set<Listener>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    publicHost: string | null,
    { find = findAddresses, note, everyMs = LOOK_MS }: OwnAddressesOptions,
  ) {
    this.#publicHost = publicHost;
    this.#find = find;
    this.#note = note;
    this.#timer = setInterval(() => void this.#tell(), everyMs);
  }

  /** As they are now. Throws what reading routes throws. */
  async now(): Promise<string[]> {
    const find: FindAddresses = async (name) => this.#remember(await this.#find(name));
    const own = await ownAddresses(this.#publicHost, find, this.#note);
    // A resolver that is silent for a moment must not open the way that was closed before.
    return [...new Set([...own, ...this.#named.keys()])];
  }

  /** Has this be told of them about twice a minute, until it is let go. */
  follow(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async #tell(): Promise<void> {
    if (this.#listeners.size === 0) return;
    try {
      const own = await this.now();
      for (const listener of this.#listeners) listener(own);
    } catch (error) {
      // Doors go on with what they know.
      this.#note(error instanceof Error ? error.message : String(error));
    }
  }

  #remember(found: readonly string[]): readonly string[] {
    const now = performance.now();
    for (const address of found) {
      this.#named.delete(address);
      this.#named.set(address, now);
    }
    for (const [address, at] of this.#named)
      if (now - at > REMEMBERED.ms || this.#named.size > REMEMBERED.most) this.#named.delete(address);
    return found;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }
}

interface OwnAddressesOptions {
  readonly find?: FindAddresses;
  readonly note: (problem: string) => void;
  readonly everyMs?: number;
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
