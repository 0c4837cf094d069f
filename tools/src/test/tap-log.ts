// A node:test reporter for the runner of tiers: TAP, and at its end the files in which something failed, which TAP does not name.
import path from 'node:path';
import { tap, type TestEvent } from 'node:test/reporters';
import { ROOT } from '../environment.ts';

/** What a file in which something failed is told with. */
export const FAILED_FILE = '# something failed in ';

/** Where no file is named, none runs again. */
const NOWHERE = path.join(ROOT, 'nowhere');

type Source = AsyncIterable<TestEvent>;

// oxlint-disable-next-line import/no-default-export -- node:test loads a reporter by its default export
export default async function* report(source: Source): AsyncGenerator<string> {
  const failed = new Set<string>();
  yield* tap(noting(source, failed));
  for (const file of failed) yield `${FAILED_FILE}${path.relative(ROOT, file)}\n`;
}

async function* noting(source: Source, failed: Set<string>): AsyncGenerator<TestEvent> {
  for await (const event of source) {
    // A file that was killed or could not be loaded has no summary of its own: it is a test that failed.
    if (event.type === 'test:fail') failed.add(event.data.file ?? NOWHERE);
    if (event.type === 'test:summary' && !event.data.success && event.data.file !== undefined)
      failed.add(event.data.file);
    yield event;
  }
}
