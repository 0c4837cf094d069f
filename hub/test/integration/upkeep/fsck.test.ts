// Whatever is broken, from a ref to a byte, is told with where it is and what to do, and nothing else is.
import assert from 'node:assert/strict';
import { open, rm, truncate } from 'node:fs/promises';
import test from 'node:test';
import { type Problem } from '../../../src/modules/upkeep/index.ts';
import { commit, regularFile, sampleOf, uploadFile } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { breakRows, listPacks } from '../../harness/upkeep.ts';
import { uploadXet, xetSample } from '../../harness/xet.ts';

async function openRepo() {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  const sample = sampleOf(5_000);
  await uploadFile(hub, { ...to, sample, path: 'f/a.bin' });
  await uploadXet(hub, { ...to, sample: xetSample(), path: 'x.bin' });
  await commit(hub, to, [regularFile('f/g/b.txt', 'b'), regularFile('c.txt', 'c')]);
  const [pack = ''] = await listPacks(hub);
  return { hub, id, sample, pack, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

async function problems(hub: ServedHub, deep = false): Promise<string[]> {
  const found: Problem[] = [];
  for await (const event of hub.modules.fsck.run({ deep, signal: new AbortController().signal }))
    if (event.event === 'problem') found.push(event);
  return found.map(({ severity, where, what }) => `${severity}: ${where}: ${what}`);
}

function pathOf(hub: ServedHub, kind: 'sha256' | 'packs', name: string): string {
  return `${hub.objects}/${kind}/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
}

async function flipByte(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
}

void test('what is whole has no problems, also after a squash, a copy and a deleted branch', async () => {
  await using repo = await openRepo();
  const { hub } = repo;
  assert.deepEqual(await problems(hub), []);
  const { actor } = await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text);
  const from = { type: 'model', namespace: 'ada', name: 'model' } as const;
  await hub.modules.changes.duplicate(() => Promise.resolve(actor), {
    from,
    to: { namespace: 'ada', name: 'copy' },
    visibility: undefined,
  });
  await hub.modules.refChanges.createBranch(() => Promise.resolve(actor), from, {
    name: 'side',
    empty: true,
    overwrite: false,
  });
  await hub.modules.refChanges.createTag(() => Promise.resolve(actor), from, {
    name: 'v1',
    revision: 'main',
    message: 'a release',
  });
  await hub.modules.refChanges.squash(() => Promise.resolve(actor), from, { revision: 'main', message: '' });
  await hub.modules.refChanges.deleteBranch(() => Promise.resolve(actor), from, 'side');
  assert.deepEqual(await problems(hub, true), []);
});

void test('a broken history is told of: folders, files and bytes', async () => {
  await using repo = await openRepo();
  const { hub, id } = repo;
  await breakRows(hub, `delete from git.object where repo_id = $1 and kind = 'blob' and bytes = 'b'::bytea`, [
    id,
  ]);
  await breakRows(
    hub,
    `update git.object set bytes = 'd'::bytea where repo_id = $1 and kind = 'blob' and bytes = 'c'::bytea`,
    [id],
  );
  const quick = (await problems(hub)).filter((one) => one.startsWith('damage'));
  assert.equal(quick.length, 1);
  assert.match(
    quick[0] ?? '',
    /^damage: models\/ada\/model: git object [0-9a-f]{40} \("b.txt" in the folder .*\) is missing$/,
  );
  const deep = (await problems(hub, true)).filter((one) => one.startsWith('damage'));
  assert.match(deep.join(), /git object [0-9a-f]{40} \(a blob\) is altered/);
  await breakRows(hub, `delete from git.object where repo_id = $1 and kind = 'tree'`, [id]);
  assert.match((await problems(hub)).join(), /the root folder of the commit [0-9a-f]{40}\) is missing/);
});

void test('objects and packs that are missing or cut are told of with their files, altered ones when all is read', async () => {
  await using repo = await openRepo();
  const { hub, sample, pack } = repo;
  await flipByte(pathOf(hub, 'sha256', sample.oid), 10);
  await flipByte(pathOf(hub, 'packs', pack), 1000);
  assert.deepEqual(await problems(hub), []);
  assert.deepEqual(await problems(hub, true), [
    `damage: ada/model: f/a.bin: object ${sample.oid} is altered`,
    `damage: ada/model: x.bin: pack ${pack} is altered`,
  ]);
  await truncate(pathOf(hub, 'packs', pack), 7);
  await rm(pathOf(hub, 'sha256', sample.oid));
  const [missing, cut] = await problems(hub);
  assert.equal(missing, `damage: ada/model: f/a.bin: object ${sample.oid} is missing`);
  assert.match(cut ?? '', /x\.bin: pack .* has 7 bytes, not \d+$/);
});

void test('rows that do not fit together are told of', async () => {
  await using repo = await openRepo();
  const { hub, id, sample } = repo;
  await breakRows(hub, `update repos.repo set used_storage = used_storage + 1024 where id = $1`, [id]);
  await breakRows(hub, `delete from xet.use`);
  await breakRows(hub, `delete from blobs.object where sha256 = $1`, [sample.oid]);
  const found = (await problems(hub)).join('\n');
  assert.match(found, /note: models\/ada\/model: .* are counted, and .* are stored/);
  assert.match(
    found,
    /note: models\/ada\/model: a commit names the large file .*, which the repository does not hold/,
  );
  assert.match(
    found,
    /damage: scope [0-9a-f]{24}: the file [0-9a-f]{64} is made of chunks that are not noted/,
  );
  assert.match(found, /note: scope [0-9a-f]{24}: the xorb [0-9a-f]{64} is wrongly marked/);
  await breakRows(hub, `delete from xet.file`);
  assert.match(
    (await problems(hub)).join(),
    /damage: models\/ada\/model: the large file .* has no list of chunks/,
  );
});
