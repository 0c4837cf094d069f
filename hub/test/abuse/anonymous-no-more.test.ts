// An operator let anonymous readers in and no longer does: what was given to them before opens nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sampleOf, uploadFile } from '../harness/lfs.ts';
import { openServedHub } from '../harness/served-hub.ts';

void test('links and tokens of anonymous readers end with the setting that let them in', async () => {
  await using before = await openServedHub({ access: 'anonymous' });
  const ada = await before.addUser('ada');
  await before.addRepo('ada/open', { visibility: 'public' });
  const sample = sampleOf(50_000);
  await uploadFile(before, { token: ada, repo: 'ada/open', sample, path: 'weights.bin' });
  const batch = await fetch(`${before.url}/ada/open.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({ operation: 'download', objects: [{ oid: sample.oid, size: sample.size }] }),
  });
  const { objects } = (await batch.json()) as {
    objects: { actions: { download: { href: string } } }[];
  };
  const link = new URL(objects[0]?.actions.download.href ?? '');
  assert.equal((await fetch(link)).status, 200);
  const made = await fetch(`${before.url}/api/models/ada/open/xet-read-token/main`);
  assert.equal(made.status, 200);
  const { accessToken, casUrl } = (await made.json()) as { accessToken: string; casUrl: string };
  const ask = async (address: string): Promise<number> => {
    const where = new URL(`${new URL(casUrl).pathname}/v1/reconstructions/${'a'.repeat(64)}`, address);
    return (await fetch(where, { headers: { authorization: `Bearer ${accessToken}` } })).status;
  };
  assert.equal(await ask(before.url), 404, 'no such file, for who may look');
  await using after = await openServedHub({ on: before.database });
  assert.equal((await fetch(new URL(link.pathname + link.search, after.url))).status, 401);
  assert.equal(await ask(after.url), 401);
});
