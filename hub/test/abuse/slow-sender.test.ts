// An attacker opens uploads and sends a byte now and then, to hold connections, files and buffers for ever.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sampleOf, uploadLink } from '../harness/lfs.ts';
import { openServedHub } from '../harness/served-hub.ts';

void test('an upload whose bytes stop coming is given up, and nothing of it is kept', async () => {
  await using hub = await openServedHub({ limits: { idleTimeout: 400 } });
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const sample = sampleOf(100_000);
  const href = new URL(await uploadLink(hub, { token, repo: 'ada/model', sample }));
  const socket = connect(hub.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const startedAt = performance.now();
  socket.write(
    `PUT ${href.pathname}${href.search} HTTP/1.1\r\nHost: ${href.host}\r\nContent-Length: ${sample.size}\r\n\r\nx`,
  );
  await closed;
  assert.ok(performance.now() - startedAt < 5_000);
  for (let turn = 0; turn < 100 && hub.streams.size > 0; turn += 1) await wait(10);
  assert.equal(hub.streams.size, 0);
  for (const folder of await readdir(`${hub.objects}/incoming`))
    assert.deepEqual(await readdir(`${hub.objects}/incoming/${folder}`), []);
  assert.deepEqual(
    hub.lines.filter((line) => line.includes('bug')),
    [],
  );
});
