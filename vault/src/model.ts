// What a secret of a Space is, and what may be said of it. Pure.
import { type Place } from '@holdfast/kernel/brokering/place';
import { type Bound } from './envelope.ts';

/** How a secret reaches an app. */
export type Way = 'brokered' | 'file' | 'variable';

/**
 * Where the value was sealed for the vault: in the browser of who typed it, so that nobody on the way had more than ciphertext, or in
 * the hub, which had it and overwrote it.
 */
export type SealedIn = 'browser' | 'hub';

/** What is fixed when a version is written, and bound to its ciphertext. */
export interface Version {
  readonly id: string;
  readonly space: string;
  readonly name: string;
  /** Counts the versions of this name in this Space. */
  readonly n: number;
  readonly way: Way;
  /** Where a brokered one may go; empty for others. */
  readonly hosts: readonly string[];
  readonly places: readonly Place[];
  readonly provider: string | null;
  readonly expiresAt: Date | null;
  readonly description: string;
  readonly bytes: number;
  readonly sealedIn: SealedIn;
}

/** A version, and how it is. */
export interface KeptVersion extends Version {
  readonly value: Buffer | null;
  readonly createdAt: Date;
  /** Until when it may be used although another took its place. */
  readonly liveUntil: Date | null;
  readonly uses: number;
  readonly lastUsedAt: Date | null;
  /** When the value was first seen in an answer to an app; `null`: it was not. */
  readonly echoedAt: Date | null;
}

/** A name as programs know variables by. */
export const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Longest value, in bytes. */
export const MOST_BYTES = 32_768;
/** Longest values of one Space together, in bytes: they fit into one box. */
export const MOST_TOGETHER = 262_144;
/** Longest brokered values of one Space together, in bytes: a door's tables have a kilobyte for each byte of each form. */
export const MOST_BROKERED = 4_096;
/** Most secrets of one Space. */
export const MOST_SECRETS = 100;

/** What the ciphertext of a version is bound to. */
export function boundOf(version: Version): Bound {
  const { id, space, name, n, way, hosts, places, provider, expiresAt, sealedIn } = version;
  return {
    ...{ what: 'holdfast secret', id, space, name, n, way, hosts: [...hosts] },
    places: places.map((place) => ({ ...place })),
    ...{ provider, expiresAt: expiresAt?.toISOString() ?? null },
    // Left out otherwise, as it was before there were others.
    ...(sealedIn === 'browser' && { sealedIn }),
  };
}

/** What the key of a Space is bound to. */
export function keyBound(space: string): Bound {
  return { what: 'holdfast space key', space };
}

/** Whether a version may be handed over or used at a time. */
export function isLive({ value, liveUntil, expiresAt }: KeptVersion, now: Date): boolean {
  return value !== null && (liveUntil === null || liveUntil > now) && (expiresAt === null || expiresAt > now);
}

/** The newest version of each name: what a new run gets. */
export function newestOf(versions: readonly KeptVersion[]): KeptVersion[] {
  const newest = new Map<string, KeptVersion>();
  for (const version of versions)
    if (version.n > (newest.get(version.name)?.n ?? 0)) newest.set(version.name, version);
  return [...newest.values()];
}

/** The version as the hub and people may know it. */
export function describeVersion(version: KeptVersion): DescribedVersion {
  const { id, name, n, way, hosts, places, provider, description, bytes, uses, sealedIn } = version;
  return {
    ...{ id, name, n, way, hosts, places, provider, description, bytes, uses, sealedIn },
    createdAt: version.createdAt.toISOString(),
    expiresAt: version.expiresAt?.toISOString() ?? null,
    lastUsedAt: version.lastUsedAt?.toISOString() ?? null,
    echoedAt: version.echoedAt?.toISOString() ?? null,
  };
}

/** A version without its value, as a frame carries it. */
export interface DescribedVersion extends Pick<
  Version,
  'id' | 'name' | 'n' | 'way' | 'hosts' | 'places' | 'provider' | 'description' | 'bytes' | 'sealedIn'
> {
  readonly uses: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly echoedAt: string | null;
}
