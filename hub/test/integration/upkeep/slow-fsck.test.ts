// Looking through a large store is silent for hours; its connection lasts.
import assert from 'node:assert/strict';
import { type AddressInfo } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openLog } from '@holdfast/platform/log';
import { Metrics } from '@holdfast/platform/metrics';
import { type Fsck } from '../../../src/modules/upkeep/index.ts';
import { runFsck } from '../../../src/surfaces/admin/fsck.ts';
import { buildServer } from '../../../src/surfaces/route/serve.ts';
import { TEST_LIMITS } from '../../harness/served-hub.ts';

const IDLE_MS = 2_000;

async function* looking(): AsyncGenerator<{ event: 'looked'; at: string; count: number }> {
  await wait(3 * IDLE_MS);
  yield { event: 'looked', at: 'one object', count: 1 };
  await wait(3 * IDLE_MS);
  yield { event: 'looked', at: 'another', count: 1 };
}

void test('fsck that tells nothing for longer than a connection may be silent is not cut off', async () => {
  const metrics = new Metrics();
  const fsck = { run: () => looking() } as unknown as Fsck;
  const app = buildServer([runFsck({ fsck })], {
    log: openLog('test', { write: () => undefined }),
    requests: metrics.counter('requests', 'Requests.'),
    durations: metrics.histogram('durations', 'Durations.', [1]),
    trustedProxies: [],
    limits: { ...TEST_LIMITS, idleTimeout: IDLE_MS },
    rateLimiter: undefined,
    exemptLoopback: true,
    baseUrlFor: () => 'http://localhost',
    identify: () =>
      Promise.resolve({
        actor: { kind: 'operator', osUser: 'test', command: 'test', terminal: '' },
        session: undefined,
      }),
    requireAddress: () => undefined,
    noteUse: () => undefined,
    noteRefusal: () => undefined,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  try {
    const { port } = app.server.address() as AddressInfo;
    const startedAt = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}/admin/fsck?deep=true`);
    assert.ok(performance.now() - startedAt < IDLE_MS, 'its head comes at once');
    const lines = (await answer.text()).trim().split('\n');
    const events = lines.map((line) => (JSON.parse(line) as { event: string }).event);
    assert.deepEqual(
      events.filter((event) => event !== 'waiting'),
      ['looked', 'looked', 'end'],
    );
  } finally {
    await app.close();
  }
});
