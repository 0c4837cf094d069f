// A shard for which its sender has no place any more waits for one, and is not refused: clients up to 1.5.1 that are refused
// twice try again after hours.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openServedHub } from '../../harness/served-hub.ts';
import { encodeShard } from '../../harness/xet-encode.ts';
import { commitXet, openXet, putShard, putXorb, xetSample, type XetSession } from '../../harness/xet.ts';

/** Begins to send a shard, and goes no further. */
function stall({ casUrl, accessToken }: XetSession) {
  const { hostname, port, pathname } = new URL(`${casUrl}/v1/shards`);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    [
      `POST ${pathname} HTTP/1.1`,
      `Host: localhost:${port}`,
      `Authorization: Bearer ${accessToken}`,
      'Content-Length: 1000',
      '\r\nHFRepo',
    ].join('\r\n'),
  );
  return socket;
}

void test('a shard waits while its sender has as many on their way as may be, and others go on', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const bob = await hub.addUser('bob');
  for (const repo of ['ada/model', 'ada/other', 'bob/model']) await hub.addRepo(repo);
  const session = await openXet(hub, { token: ada, repo: 'ada/model' }, 'write');
  const other = await openXet(hub, { token: ada, repo: 'ada/other' }, 'write');
  const bobs = await openXet(hub, { token: bob, repo: 'bob/model' }, 'write');
  const sample = xetSample();
  const shard = encodeShard({ files: [sample.file] });
  for (const one of [session, other, bobs]) assert.equal((await putXorb(one, sample.xorb)).status, 200);
  const stalled = Array.from({ length: 32 }, () => stall(session));
  await delay(1_000);
  let answered = 0;
  const waiting = ([1, 2] as const).map(async (version) => {
    const answer = await putShard(other, shard, version);
    answered += 1;
    return [answer.status, await answer.text()];
  });
  await delay(1_500);
  assert.equal(answered, 0);
  assert.equal((await putShard(bobs, shard)).status, 200);
  for (const socket of stalled) socket.destroy();
  const [first, second] = await Promise.all(waiting);
  assert.equal(first?.[0], 200);
  assert.match(String(second?.[1]), /"result"/);
  await commitXet(hub, { token: ada, repo: 'ada/other' }, { sample, path: 'a.bin' });
});
