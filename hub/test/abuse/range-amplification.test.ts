// An attacker asks for one file many times over in a single header, to have gigabytes prepared or sent for a request.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { commit, regularFile, sampleOf, uploadFile } from '../harness/lfs.ts';
import { openServedHub } from '../harness/served-hub.ts';

void test('no Range header makes an answer much larger than the file', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const to = { token, repo: 'ada/model' };
  await hub.addRepo('ada/model');
  const large = sampleOf(2 * MiB);
  await uploadFile(hub, { ...to, sample: large, path: 'large.bin' });
  await commit(hub, to, [regularFile('small.json', JSON.stringify('x'.repeat(100_000)))]);
  const ranges = [
    Array.from({ length: 60 }, () => '0-').join(','),
    Array.from({ length: 60 }, (_, index) => `${index}-`).join(','),
    Array.from({ length: 500 }, () => '0-').join(','),
    Array.from({ length: 64 }, (_, index) => `${index * 2}-${index * 2}`).join(','),
    `0-,${Array.from({ length: 60 }, () => '-1').join(',')}`,
  ];
  for (const [path, size] of [
    ['large.bin', large.size],
    ['small.json', 100_002],
  ] as const)
    for (const range of ranges) {
      const headers = { authorization: `Bearer ${token}`, range: `bytes=${range}` };
      const answer = await fetch(`${hub.url}/ada/model/resolve/main/${path}`, { headers });
      const { byteLength } = await answer.arrayBuffer();
      assert.ok(byteLength <= size + 64 * 200, `${path} ${range.slice(0, 40)}: ${byteLength}`);
      assert.ok([200, 206, 416].includes(answer.status));
    }
});
