// The journal chains its lines, goes on after a crash where its last whole line ended, and remembers what stands on the ledger.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Journal } from '../src/journal.ts';

async function openFolder(): Promise<{ readonly file: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-test-'));
  return {
    file: path.join(folder, 'journal.jsonl'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

void test('lines are numbered and chained, also those that are written at the same time', async () => {
  await using folder = await openFolder();
  {
    await using journal = await Journal.open(folder.file);
    const noted = await Promise.all(
      Array.from({ length: 50 }, (_, n) => journal.note({ act: 'set', of: n })),
    );
    assert.deepEqual(
      noted.map(({ n }) => n),
      Array.from({ length: 50 }, (_, n) => n + 1),
    );
  }
  const lines = (await readFile(folder.file, 'utf8')).trimEnd().split('\n');
  let previous = '0'.repeat(64);
  for (const line of lines) {
    assert.equal((JSON.parse(line) as { previous: string }).previous, previous);
    previous = createHash('sha256').update(line).digest('hex');
  }
});

void test('another process goes on with it, and half a line is cut off', async () => {
  await using folder = await openFolder();
  {
    await using journal = await Journal.open(folder.file);
    await journal.close(await journal.note({ act: 'set' }), 'recorded');
    await journal.close(await journal.note({ act: 'delete' }), 'left');
    await journal.note({ act: 'release' });
  }
  await appendFile(folder.file, '{"n":3,"prev');
  {
    await using journal = await Journal.open(folder.file);
    assert.equal(journal.end.recorded, 1);
    assert.deepEqual(journal.end.open, [5], 'of the last one nobody knows');
    assert.equal((await journal.note({ act: 'release' })).n, 6);
  }
  assert.equal((await readFile(folder.file, 'utf8')).trimEnd().split('\n').length, 6);
});

void test('each act says how many before it, of the same process, stand on the ledger', async () => {
  await using folder = await openFolder();
  {
    await using journal = await Journal.open(folder.file);
    const [kept, left, under] = [
      await journal.note({ act: 'set' }),
      await journal.note({ act: 'delete' }),
      await journal.note({ act: 'set' }),
    ];
    await journal.close(kept, 'recorded');
    await journal.close(left, 'left');
    const next = await journal.note({ act: 'release' });
    assert.deepEqual([kept.after, kept.recorded, next.after, next.recorded], [0, 0, 0, 1]);
    await journal.close(under, 'recorded');
    assert.equal((await journal.note({ act: 'release' })).recorded, 2);
  }
  await using journal = await Journal.open(folder.file);
  const { after, recorded } = await journal.note({ act: 'set' });
  assert.deepEqual([after, recorded], [8, 0], 'what was before may be in a database that was put back');
  journal.continueAfter(100);
  const anew = await journal.note({ act: 'set' });
  assert.deepEqual([anew.n, anew.after, anew.recorded], [101, 100, 0]);
});

void test('what is no journal is not continued', async () => {
  await using folder = await openFolder();
  await appendFile(folder.file, 'something else\n');
  await assert.rejects(Journal.open(folder.file));
});
