// Where the runner makes control groups.
import { z } from 'zod';

/** The folders, as the runner sees them. */
export const CgroupPlace = z.discriminatedUnion('version', [
  z.strictObject({ version: z.literal(1), memory: z.string(), pids: z.string(), cpu: z.string() }),
  z.strictObject({ version: z.literal(2), path: z.string() }),
]);
