// An export as it comes from a running hub, line by line.
import { z } from 'zod';
import { exportStopped } from './faults.ts';

const Stopped = z.object({
  type: z.literal('stopped'),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

/** The lines, until one says that there are no more. Throws `ledger.export-stopped`, with the reason in that line. */
export async function* wholeExport(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) {
    // Of all lines these are few, and an entry cannot begin like one.
    if (line.startsWith('{"type":"stopped"')) throw exportStopped(Stopped.parse(JSON.parse(line)));
    yield line;
  }
}
