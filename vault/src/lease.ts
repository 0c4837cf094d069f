// What a run's door may use, as the vault keeps it.
import { type Sealing } from '@holdfast/kernel/sealing';
import { type WrittenEntry } from './ledger-store.ts';
import { type KeptVersion } from './model.ts';

/** Uses that one entry allows, and within what time in seconds; unclosed, all of them count (threat 24). */
export const LEASE = { uses: 200, seconds: 30 } as const;
/** As many as an app of ten thousand calls a second makes in less than one. */
const MOST_USES = 6_400;
/** Who asks again so soon, in milliseconds, gets twice as many; after so long as few as any other. */
const [SOON, LONG] = [250, 2_000];

/** Ways that are remembered of one door; one that was taken over makes names up. */
const MOST_WAYS = 1_000;

/** What a way of a version was allowed last: so many uses, and when by a clock that only goes on, in milliseconds. */
interface Allowed {
  readonly uses: number;
  readonly at: number;
}

/** What is asked for: a version, where and how. */
export function wayOf({ version, route }: { readonly version: string; readonly route: object }): string {
  return JSON.stringify([version, route]);
}

/**
 * How many uses of a way the next entry allows, which is noted: an app that calls often must not be held up by what is recorded of
 * it, and one that does not leaves few that count without having happened.
 */
export function usesNext(allowed: Map<string, Allowed>, way: string, now: number): number {
  const before = allowed.get(way);
  const since = before === undefined ? Infinity : now - before.at;
  const last = since > LONG ? LEASE.uses : (before?.uses ?? LEASE.uses);
  const uses = since < SOON ? Math.min(last * 2, MOST_USES) : last;
  if (allowed.size >= MOST_WAYS) allowed.clear();
  allowed.set(way, { uses, at: now });
  return uses;
}

/** A value that its door gets once its release is found signed. */
export interface Coming {
  readonly version: KeptVersion;
  /** `undefined` while it is being recorded. */
  readonly entry: WrittenEntry | undefined;
  /** For so many seconds the value before lasts. */
  readonly overlap: number;
  /** Until when that one is used, by the vault's clock. */
  readonly until: number;
}

/** What one door may use. */
export interface Lease {
  readonly run: string;
  readonly space: string;
  readonly to: Sealing;
  readonly from: Sealing;
  /** What stands for a name in this run; it stays when the value is replaced. */
  readonly placeholders: ReadonlyMap<string, string>;
  versions: KeptVersion[];
  /** Those in whose place there is another, each with the end of its overlap: until then what is under way goes on, and nothing begins. */
  lasting: KeptVersion[];
  /** What it gets once its release is found signed, by name. */
  readonly coming: Map<string, Coming>;
  /** When a value was last missing in the database without having been taken away here, by name, by the vault's clock. */
  readonly missed: Map<string, number>;
  /** All that its door was ever granted, here or by a vault before this one: a value may come back after its version was replaced. */
  readonly granted: Set<string>;
  /** What of it was seen in an answer. */
  readonly echoed: Set<string>;
  /** It was reported that its rows are not as the vault wrote them. */
  isForged: boolean;
  /** The last grant of it that is under way. */
  replacing: Promise<void>;
  /** What was allowed last, by way. */
  readonly allowed: Map<string, Allowed>;
  /** How often it is still tried to give it back what it has overwritten. */
  owed: number;
  /** Of the last word in each direction. */
  sent: number;
  heard: number;
}

/** What is used, goes on, or is coming. */
export function allOf({ versions, lasting, coming }: Lease): KeptVersion[] {
  return [...versions, ...lasting, ...[...coming.values()].map(({ version }) => version)];
}

/** Their ids. */
export function idsOf(versions: readonly KeptVersion[]): string[] {
  return versions.map(({ id }) => id);
}
