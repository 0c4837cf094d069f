// That a data directory came out of a backup. The file is there before anything that is restored, and goes once the operator has
// accepted what the backup does not know: so that half of a restore is never started, and a whole one not as if nothing was lost.
import { findText, removeFile, writeText } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { restoreUnfinished, restoreUntold } from './faults.ts';
import { type Layout } from './layout.ts';

const RestoredMarker = z.strictObject({
  /** The backup. */
  backup: z.string(),
  /** When it was made. */
  madeAt: z.iso.datetime(),
  whole: z.boolean(),
});

/** From which backup the data came, and whether all of it is there. */
export type RestoredMarker = z.infer<typeof RestoredMarker>;

/** The marker; `undefined` where the data came out of no backup. Throws `restoreUntold`. */
export async function findMarker({ restoredMarker }: Layout): Promise<RestoredMarker | undefined> {
  const text = await findText(restoredMarker);
  if (text === undefined) return undefined;
  const marker = RestoredMarker.safeParse(parseJson(text)).data;
  if (marker === undefined) throw restoreUntold(restoredMarker);
  return marker;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the data came out of a backup. Throws `restoreUnfinished`, `restoreUntold`. */
export async function isRestored(layout: Layout): Promise<boolean> {
  const marker = await findMarker(layout);
  if (marker?.whole === false) throw restoreUnfinished(layout.data);
  return marker !== undefined;
}

/** Writes it; on disk when this returns. */
export async function writeMarker(layout: Layout, marker: RestoredMarker): Promise<void> {
  await writeText(layout.restoredMarker, `${JSON.stringify(marker)}\n`);
}

/** Removes it. */
export async function removeMarker({ restoredMarker }: Layout): Promise<void> {
  await removeFile(restoredMarker);
}
