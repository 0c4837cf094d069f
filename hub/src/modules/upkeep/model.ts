// What can be wrong with stored bytes, and in which order they are looked through. Pure.

/** An object under its SHA-256, or a pack of chunks. */
export type StoredKind = 'object' | 'pack';

/** What can be damaged: stored bytes, or an object of git that the database keeps. */
export type DamagedKind = StoredKind | 'git-object';

/** `unreadable`: the system refuses to read it. `missing`: somebody has it, and it is not there. */
export type Flaw = 'altered' | 'missing' | 'unreadable';

/** What the store has is read again; what repositories have is looked for; what the database keeps is read again. */
const SCRUB_PHASES = ['objects', 'packs', 'held-objects', 'held-packs', 'git-objects'] as const;
/** One of the phases of a pass. */
export type ScrubPhase = (typeof SCRUB_PHASES)[number];

/** Damaged bytes. */
export interface Damage {
  readonly kind: DamagedKind;
  /** The SHA-256 of an object or a pack; of a git object its repository's id and its own, with a slash between them. */
  readonly name: string;
  readonly flaw: Flaw;
  readonly foundAt: Date;
}

/** Where a pass is. */
export interface ScrubPlace {
  readonly phase: ScrubPhase;
  /** The last name that was looked at; empty at the beginning of a phase. */
  readonly passed: string;
  readonly begunAt: Date;
  readonly endedAt: Date | null;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** Where to go on at this time; `undefined` while the last pass is good enough. */
export function placeFor(last: ScrubPlace | undefined, now: Date): ScrubPlace | undefined {
  if (last !== undefined && last.endedAt === null) return last;
  if (last !== undefined && now.getTime() - last.begunAt.getTime() < WEEK_MS) return undefined;
  return { phase: SCRUB_PHASES[0], passed: '', begunAt: now, endedAt: null };
}

/** The beginning of the next phase, or the end of the pass. */
export function nextPhase(place: ScrubPlace, now: Date): ScrubPlace {
  const phase = SCRUB_PHASES[SCRUB_PHASES.indexOf(place.phase) + 1];
  return phase === undefined ? { ...place, endedAt: now } : { ...place, phase, passed: '' };
}

/** Milliseconds to wait after so many bytes so that no more than this rate is read. */
export function pauseFor(bytes: number, since: { readonly elapsed: number; readonly rate: number }): number {
  return Math.max(0, (bytes / since.rate) * 1000 - since.elapsed);
}

/**
 * What counts against a quota, in bytes. Files count whole; but who has one byte of each xorb in a file does not get the
 * rest of the disk for it.
 */
export function countedOf(stored: {
  readonly assembled: number;
  readonly packed: number;
  readonly others: number;
}): number {
  return stored.others + Math.max(stored.assembled, stored.packed);
}
