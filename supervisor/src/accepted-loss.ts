// That the operator accepted a loss. The notary notes it, and then the hub ends what may have been used since; whoever is killed in between
// would have the one without the other. So a file says it from before the first until after the second, and the next start goes on with it.
import { exists, removeFile, writeText } from '@holdfast/platform/private-files';
import { type Layout } from './layout.ts';
import { type Settings } from './settings.ts';

type Standing = Pick<Settings, 'sealed' | 'lost'>;

/** Whether a start that accepted a loss was broken off. */
export function isLossBegun({ lossMarker }: Layout): boolean {
  return exists(lossMarker);
}

/** Notes that one begins; on disk when this returns. */
export async function beginLoss({ lossMarker }: Layout): Promise<void> {
  await writeText(lossMarker, '');
}

/** Notes that nothing of it is left to do. */
export async function endLoss({ lossMarker }: Layout): Promise<void> {
  await removeFile(lossMarker);
}

/** How things stand for the hub where a start was broken off: what the notary noted by then it tells of no more. */
export function resumedStanding(standing: Standing, resumesLoss: boolean): Standing {
  if (!resumesLoss || standing.sealed !== null || standing.lost !== null) return standing;
  return { sealed: null, lost: { why: 'interrupted', signed: 0, found: 0 } };
}

/** Whether nothing is left to do once the hub is there: of a loss that could not be accepted the operator says so again. */
export function isLossOver({ sealed }: Standing, resumesLoss: boolean): boolean {
  return sealed === null || !resumesLoss;
}
