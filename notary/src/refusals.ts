// Why nothing is signed, from what was found and what was told; pure.
import { type examine, type Refusal, type Standing } from './standing.ts';

/** What is told of a start, beside what the database has. */
export interface StartTold {
  /** The data came out of a backup. */
  readonly restored: boolean;
  /** No place outside told what was signed last, and one should have. */
  readonly untold: boolean;
}

/**
 * Why the tree must not be continued; `undefined`: it may be. A database that fits a notary's record proves nothing where both
 * may have been put back together: then a place outside must tell.
 */
export function refusalOf(
  found: Awaited<ReturnType<typeof examine>>,
  { restored, untold }: StartTold,
): Refusal | undefined {
  if ('why' in found) return withoutEpoch(found);
  if (restored) return refusalAt(found, 'restored');
  return untold ? refusalAt(found, 'untold') : undefined;
}

/** What was signed is something else now. */
export function changedAt(standing: Pick<Standing, 'edge'>): Refusal {
  return refusalAt(standing, 'changed');
}

/** The refusal alone. */
export function withoutEpoch({ why, signed, found }: Refusal): Refusal {
  return { why, signed, found };
}

function refusalAt({ edge: { size } }: Pick<Standing, 'edge'>, why: Refusal['why']): Refusal {
  return { why, signed: size, found: size };
}
