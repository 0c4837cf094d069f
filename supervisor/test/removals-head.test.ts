// What the supervisor remembers of the hub's file of removals, on a real disk: kept, read again, and a refusal in words where it was damaged.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { KeptRemovalsHead } from '../src/removals.ts';

const INSTANCE = '0123456789abcdef01234567';

void test('a head is read as it was kept, and one that somebody wrote is refused with what to do', async () => {
  const keys = await mkdtemp(path.join(tmpdir(), 'holdfast-head-'));
  try {
    const head = new KeptRemovalsHead(keys, INSTANCE);
    assert.equal(await head.read(), null);
    const kept = Promise.withResolvers<object>();
    assert.equal(head.hear({ type: 'removals-head', n: 3, mac: 'a'.repeat(43) }, kept.resolve), true);
    assert.deepEqual(await kept.promise, { type: 'removals-head-kept', n: 3 });
    assert.deepEqual(await head.read(), { n: 3, mac: 'a'.repeat(43) });
    for (const text of ['', '{"n":3', 'null', '{"n":"3","mac":"x"}', '[]']) {
      await writeFile(path.join(keys, `removals-${INSTANCE}.head`), text);
      await assert.rejects(
        head.read(),
        { name: 'Fault', code: 'removals.head-damaged' },
        JSON.stringify(text),
      );
    }
  } finally {
    await rm(keys, { recursive: true, force: true });
  }
});
