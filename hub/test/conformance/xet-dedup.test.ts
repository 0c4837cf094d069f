// What is there is not sent again, by clients that remember nothing: within a repository, and within a namespace where the operator
// says so; and it is sent again wherever whoever sends it may not know that it is there.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance } from '../harness/instance.ts';
import { openScratch } from '../harness/scratch.ts';
import { openScript, type Seen } from './xet-script.ts';

/** What names the chunks of a file: its shard, and the hub's own notes of it. */
const LITTLE = 500_000;

function requireFound({ seen, grown }: Seen, what: string): void {
  assert.ok(
    (seen['findChunk'] ?? 0) > 0,
    `${what}: the hub was asked for chunks and knew some: ${JSON.stringify(seen)}`,
  );
  assert.ok(grown < LITTLE, `${what}: ${grown} bytes more are stored`);
}

// The store keeps equal packs once, which only the disk can tell.
function requireSent({ seen }: Seen, what: string): void {
  assert.equal(seen['findChunk'] ?? 0, 0, `${what}: the hub knew no chunk`);
  assert.ok((seen['putXorb'] ?? 0) > 0, `${what}: all of it was sent: ${JSON.stringify(seen)}`);
}

void test('chunks are found in the scope of a repository', async (t) => {
  await using instance = await startInstance();
  const go = await openScript(instance);
  requireSent(await go({}, 'upload', 'admin/one', 'base.bin'), 'the first of all');
  await t.test('a file of the same repository that goes on where the first ends', async () => {
    const { seen, grown } = await go({}, 'upload', 'admin/one', 'longer.bin');
    assert.ok((seen['findChunk'] ?? 0) > 0, JSON.stringify(seen));
    assert.ok(grown > 1_900_000 && grown < 2_000_000 + LITTLE, `${grown} bytes more are stored`);
  });
  await t.test('what they take on the disk is what they have, once', async () => {
    const token = await instance.createToken({ user: 'admin', role: 'read' });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${instance.url}/api/settings/repositories`, { headers });
    const [one] = (await answer.json()) as { readonly storage: number; readonly physicalStorage: number }[];
    // And the few bytes of .gitattributes.
    assert.ok(
      one !== undefined && one.storage >= 50_000_000 && one.storage < 50_100_000,
      String(one?.storage),
    );
    assert.ok(
      one.physicalStorage > 26_000_000 && one.physicalStorage < 26_000_000 + LITTLE,
      String(one.physicalStorage),
    );
  });
  await t.test('another repository learns nothing', async () => {
    requireSent(await go({}, 'upload', 'admin/two', 'base.bin'), 'another repository');
  });
  await t.test('both give the bytes', async () => {
    await go({}, 'download', 'admin/one', 'base.bin', 'longer.bin');
    await go({}, 'download', 'admin/two', 'base.bin');
  });
});

void test('chunks are found in the scope of a namespace, where the operator says so', async (t) => {
  await using scratch = await openScratch('dedup');
  await mkdir(path.join(scratch.path, 'data'), { mode: 0o700 });
  const settings = { xet: { dedupScope: 'namespace' } };
  await writeFile(path.join(scratch.path, 'data', 'config.json'), JSON.stringify(settings));
  await using instance = await startInstance({ folder: scratch.path });
  const go = await openScript(instance);
  requireSent(await go({}, 'upload', 'admin/one', 'base.bin'), 'the first of all');
  await t.test('another repository of the namespace', async () => {
    requireFound(await go({}, 'upload', 'admin/two', 'base.bin'), 'the same namespace');
  });
  await t.test('another namespace learns nothing', async () => {
    requireSent(await go({}, 'upload', 'acme/one', 'base.bin'), 'another namespace');
  });
  await t.test('all give the bytes', async () => {
    for (const repo of ['admin/two', 'acme/one']) await go({}, 'download', repo, 'base.bin');
  });
});
