// Every way of the protocol that the newest client can be told to go: the versions of its answers, parts of a xorb in one
// request or several, and the ways to pack chunks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertNoBugs } from '../harness/bugs.ts';
import { startInstance } from '../harness/instance.ts';
import { PLAIN_TRANSFERS } from '../harness/python.ts';
import { openScript } from './xet-script.ts';

/** How a file is packed, and the share of it that is stored at most. */
const PACKINGS = [
  { policy: 'none', name: 'text.bin', most: 1.01 },
  { policy: 'lz4', name: 'text.bin', most: 0.2 },
  { policy: 'bg4-lz4', name: 'floats.bin', most: 0.05 },
  { policy: 'auto', name: 'floats.bin', most: 0.4 },
] as const;

void test('the newest client goes every way of the protocol', async (t) => {
  await using instance = await startInstance();
  const go = await openScript(instance);

  await t.test('shards are taken in both versions', async () => {
    const first = await go({ HF_XET_CLIENT_SHARD_API_VERSION: '1' }, 'upload', 'admin/v1', 'base.bin');
    assert.deepEqual([first.seen['putShard'], first.seen['putShardTelling']], [1, undefined]);
    const second = await go(
      { HF_XET_CLIENT_SHARD_API_VERSION: '2' },
      'upload',
      'admin/ways',
      'base.bin',
      'mixed.bin',
    );
    assert.equal(second.seen['putShard'] ?? 0, 0);
    assert.ok((second.seen['putShardTelling'] ?? 0) >= 2);
    // What is there already was not sent again.
    assert.ok(second.grown < second.size - 10_000_000, `${second.grown} of ${second.size}`);
  });

  for (const version of ['1', '2'])
    for (const multirange of ['false', 'true'])
      await t.test(`downloads: version ${version}, ranges together: ${multirange}`, async () => {
        const env = {
          HF_XET_CLIENT_RECONSTRUCTION_API_VERSION: version,
          HF_XET_CLIENT_ENABLE_MULTIRANGE_FETCHING: multirange,
        };
        const { seen } = await go(env, 'download', 'admin/ways', 'mixed.bin', 'base.bin');
        const asked = { 1: seen['getReconstructionV1'] ?? 0, 2: seen['getReconstruction'] ?? 0 };
        assert.ok(version === '1' ? asked[1] > 0 && asked[2] === 0 : asked[2] > 0 && asked[1] === 0);
        // Two xorbs give the first file, in five ranges; one gives the other.
        const together = version === '2' && multirange === 'true';
        const fetches = seen['fetchXorb'] ?? 0;
        assert.ok(together ? fetches === 3 : fetches > 3, `${fetches} fetches`);
      });

  for (const { policy, name, most } of PACKINGS)
    await t.test(`chunks packed by the policy ${policy}: ${name}`, async () => {
      const sent = await go({ HF_XET_XORB_COMPRESSION_POLICY: policy }, 'upload', `admin/${policy}`, name);
      assert.ok(sent.grown > 0 && sent.grown < sent.size * most, `${sent.grown} of ${sent.size}`);
      await go({}, 'download', `admin/${policy}`, name);
      const whole = await go(PLAIN_TRANSFERS, 'download', `admin/${policy}`, name);
      assert.equal(whole.seen['fetchXorb'] ?? 0, 0);
    });
  await t.test('the hub met no bug', async () => await assertNoBugs(instance));
});
