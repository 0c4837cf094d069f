// Who held a version of a secret, and where they could have copied it, out of the entries that say so. Pure.
// Invariant: without an entry that ends it, possession has not ended; what was not recorded is told as not known, and never as not there.
import { type Id } from '@holdfast/kernel/id';
import { z } from 'zod';
import { readBody } from '#modules/ledger';

/** An entry, as far as it is read here. */
export interface SinkEntry {
  readonly hash: string;
  readonly at: Date;
  readonly kind: string;
  readonly actor: string;
  readonly body: string;
}

/** Repositories that could be written: one, or those of a user or an organisation. */
export interface Writable {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** Those alone whose names match one of these. */
  readonly patterns?: readonly string[] | undefined;
}

/** A version of a secret. */
export interface VersionFacts {
  readonly name: string;
  /** Counts the values that this name has had. */
  readonly number: number;
  readonly way: string;
  /** Where its door may bring it. */
  readonly boundTo: readonly string[];
  readonly provider: string | null;
  /** Which token of this hub it is. */
  readonly token: Id | null;
  readonly set: { readonly at: Date; readonly by: string; readonly entry: string } | null;
  readonly deleted: { readonly at: Date; readonly by: string; readonly entry: string } | null;
}

/** A run that held a version. */
export interface Holder {
  readonly run: Id;
  /** `door`: it was used for the app, which did not see it. `sandbox`: the app had it. */
  readonly by: string;
  /** `echo`: it was in an answer. */
  readonly through: 'release' | 'echo';
  readonly from: Date;
  readonly entry: string;
  /** `null`: no entry says that it has ended. */
  readonly ended: {
    readonly at: Date;
    readonly entry: string;
    readonly how: 'ended' | 'aborted' | 'stopped';
  } | null;
}

const Facts = z.looseObject({
  name: z.string(),
  n: z.int(),
  way: z.string(),
  hosts: z.array(z.string()),
  provider: z.string().nullable(),
  token: z.string().optional(),
});
const Held = z.looseObject({ run: z.string(), holder: z.string(), why: z.string().optional() });
const Reach = z.looseObject({
  writes: z.array(
    z.looseObject({
      type: z.string(),
      id: z.string(),
      name: z.string(),
      patterns: z.array(z.string()).optional(),
    }),
  ),
});

/** What it is; `undefined` where no entry says it any more. The entries are of one version, the oldest first. */
export function factsOf(entries: readonly SinkEntry[]): VersionFacts | undefined {
  const of = (kind: string): SinkEntry | undefined => entries.find((entry) => entry.kind === kind);
  const [set, deleted] = [of('secret.set'), of('secret.deleted')];
  const said = set ?? of('secret.released') ?? deleted;
  if (said === undefined) return undefined;
  const { name, n, way, hosts, provider, token } = Facts.parse(JSON.parse(said.body));
  return {
    ...{ name, number: n, way, boundTo: hosts, provider, token: (token as Id | undefined) ?? null },
    set: set ? whenOf(set) : null,
    deleted: deleted ? whenOf(deleted) : null,
  };
}

function whenOf({ at, actor, hash }: SinkEntry): NonNullable<VersionFacts['set']> {
  return { at, by: actor, entry: hash };
}

/** Who held it, in the order in which they began. The entries are of one version, the oldest first. */
export function holdersOf(entries: readonly SinkEntry[]): Holder[] {
  const held = new Map<string, Holder>();
  const had = new Set<string>();
  for (const { kind, body } of entries)
    if (kind === 'secret.delivered' || kind === 'secret.echoed')
      had.add(holderKey(Held.parse(JSON.parse(body))));
  for (const { kind, at, hash: entry, body } of entries) {
    if (!OF_HOLDERS.has(kind)) continue;
    const holding = Held.parse(JSON.parse(body));
    const { run, holder: by, why } = holding;
    const key = holderKey(holding);
    const before = held.get(key);
    if (kind === 'secret.released' || kind === 'secret.echoed') {
      const through = kind === 'secret.released' ? 'release' : 'echo';
      if (before === undefined) held.set(key, { run: run as Id, by, through, from: at, entry, ended: null });
    } else if (before?.ended === null) {
      // A runner in somebody's hands could say that nothing was handed over.
      const isAborted = kind === 'secret.aborted' && !had.has(key);
      held.set(key, {
        ...before,
        ended: { at, entry, how: isAborted ? 'aborted' : why === 'stopped' ? 'stopped' : 'ended' },
      });
    }
  }
  return [...held.values()];
}

function holderKey({ run, holder }: z.infer<typeof Held>): string {
  return `${run} ${holder}`;
}

const OF_HOLDERS: ReadonlySet<string> = new Set([
  'secret.released',
  'secret.echoed',
  'secret.ended',
  'secret.aborted',
]);

/** What could be written with it when it was set; `null`: that was not noted. */
export function reachAtSetting(entries: readonly SinkEntry[]): readonly Writable[] | null {
  const noted = entries.find(({ kind }) => kind === 'space.token-reach');
  // The hub writes these: one in other hands may have written anything.
  return Reach.safeParse(readBody(noted?.body ?? '')).data?.writes ?? null;
}

/** A host that an app reached while it held a version. */
export interface HostSink {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  readonly first: Date;
  readonly last: Date;
  readonly connections: number;
  readonly sentBytes: number;
  /** How many of its runs reached it. */
  readonly runs: number;
}

/** A host that a run reached; times in milliseconds since 1970. */
interface Reached {
  readonly host: string;
  readonly port: number;
  readonly first: number;
  readonly last: number;
  readonly connections: number;
  readonly sentBytes: number;
}

/**
 * The hosts that holders reached while an app of theirs had the value, those that were reached last first. Of a host that was reached
 * before, too, all counts: which bytes went when is not known.
 */
export function hostsOf(
  holders: readonly Holder[],
  reachedBy: ReadonlyMap<Id, { readonly hosts: readonly Reached[] }>,
): HostSink[] {
  const found = new Map<string, HostSink>();
  for (const holder of holders) {
    if (holder.by === 'door' || holder.ended?.how === 'aborted') continue;
    const until = holder.ended?.at.getTime() ?? Infinity;
    for (const one of reachedBy.get(holder.run)?.hosts ?? [])
      // The clock of the database and that of the door are two.
      if (one.last + SKEW_MS >= holder.from.getTime() && one.first - SKEW_MS <= until) add(found, one);
  }
  return [...found.values()].toSorted((a, b) => b.last.getTime() - a.last.getTime());
}

/** By so much the clocks of the database and of a door may differ. In milliseconds. */
export const SKEW_MS = 2_000;

function add(found: Map<string, HostSink>, one: Reached): void {
  const { host, port, first, last, connections, sentBytes } = one;
  const key = `${host} ${port}`;
  const before = found.get(key);
  found.set(key, {
    ...{ host, port },
    first: new Date(Math.min(first, before?.first.getTime() ?? Infinity)),
    last: new Date(Math.max(last, before?.last.getTime() ?? -Infinity)),
    connections: connections + (before?.connections ?? 0),
    sentBytes: sentBytes + (before?.sentBytes ?? 0),
    runs: 1 + (before?.runs ?? 0),
  });
}

/** Repositories that could be written, and since when that is known: when the token was set, now, or both. */
export interface RepositorySink extends Writable {
  /** Which token. */
  readonly token: Id;
  /** As which secret its holders had it. */
  readonly secret: string;
  readonly whenSet: boolean;
  readonly now: boolean;
}

/** Both lists as one. */
export function mergeReach(
  of: Pick<RepositorySink, 'token' | 'secret'>,
  whenSet: readonly Writable[],
  now: readonly Writable[],
): RepositorySink[] {
  const found = new Map<string, RepositorySink>();
  for (const one of whenSet) found.set(placeKey(one), { ...one, ...of, whenSet: true, now: false });
  for (const one of now)
    found.set(placeKey(one), { ...one, ...of, whenSet: found.has(placeKey(one)), now: true });
  return [...found.values()];
}

/** What tells one place that could be written from another. */
export function placeKey({ type, id, patterns }: Writable): string {
  return `${type} ${id} ${(patterns ?? []).join()}`;
}
