// Who gets to the program of a private Space: nobody without a right, nobody by the pages of another site, and who loses the
// right is cut off within a second, whatever is open.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { answerTo, beginRequest, openSocket } from '../harness/open-request.ts';
import { openProgramHub } from '../harness/program-hub.ts';
import { OPERATOR } from '../harness/served-hub.ts';
import { visitAs } from '../harness/sign-in.ts';
import { askSite } from '../harness/site.ts';
import { signPass } from '../../src/surfaces/spaces/visits.ts';

async function openServing(visibility: 'public' | 'private') {
  await using kept = new AsyncDisposableStack();
  const opened = kept.use(await openProgramHub({ visibility }));
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.write('open');
  });
  server.on('upgrade', (request, socket) => {
    seen.push(`${request.method} ${request.url}`);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  await opened.runner.serve(await opened.begin(), server);
  await opened.becomes('RUNNING');
  kept.move();
  return { opened, seen };
}

void test('who has no right reaches nothing of a private program, by any method', async () => {
  const { opened, seen } = await openServing('private');
  await using _opened = opened;
  const { hub } = opened;
  const bob = { authorization: `Bearer ${await hub.addUser('bob')}` };
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    for (const headers of [{}, bob, { authorization: 'Bearer hf_wrong' }]) {
      const there = await askSite(hub, { label: 'ann-demo', path: '/', method }, headers);
      const missing = await askSite(hub, { label: 'ann-missing', path: '/', method }, headers);
      assert.deepEqual([there.status, there.text], [missing.status, missing.text], method);
    }
  assert.notEqual(await openSocket(hub, 'ann-demo', bob), 101);
  assert.deepEqual(seen, []);
});

void test("another site's page opens no WebSocket and sends nothing with a visitor's cookie", async () => {
  const { opened, seen } = await openServing('public');
  await using _opened = opened;
  const { hub } = opened;
  const { session } = await visitAs(hub, 'cleo');
  const pass = signPass(hub.modules.keys, 'space-cookie', {
    ...{ label: 'ann-demo', sessionId: session.id, at: hub.now(), browser: '' },
  });
  const cookie = `holdfast-${hub.port}-space=${pass}`;
  const own = `http://ann-demo.localhost:${hub.port}`;
  for (const origin of ['http://evil.example', `http://bob-demo.localhost:${hub.port}`, 'null'])
    assert.equal(await openSocket(hub, 'ann-demo', { cookie, origin }), 401, origin);
  assert.equal(await openSocket(hub, 'ann-demo', { cookie }), 401, 'no origin');
  const posted = await askSite(
    hub,
    { label: 'ann-demo', path: '/', method: 'POST' },
    { cookie, origin: 'http://evil.example', 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' },
  );
  assert.equal(posted.status, 401);
  const read = await askSite(
    hub,
    { label: 'ann-demo', path: '/' },
    { cookie, origin: 'http://evil.example' },
  );
  assert.equal(read.status, 401, 'a browser that sends no Sec-Fetch-Site');
  assert.deepEqual(seen, []);
  const socket = await openSocket(hub, 'ann-demo', { cookie, origin: own });
  assert.ok(typeof socket !== 'number', 'its own page may');
  socket.destroy();
});

void test('what is open ends within a second of the right to it: streams and WebSockets alike', async () => {
  const { opened } = await openServing('private');
  await using _opened = opened;
  const { hub } = opened;
  const { text, id } = await hub.addToken('ann', 'write');
  const bearer = { authorization: `Bearer ${text}` };
  const stream = await answerTo(beginRequest(hub, { label: 'ann-demo', path: '/' }, bearer));
  const socket = await openSocket(hub, 'ann-demo', bearer);
  assert.ok(typeof socket !== 'number', 'refused');
  const ended = Promise.all(
    [stream, socket].map(async (one) => {
      await new Promise((resolve) => one.resume().once('close', resolve));
    }),
  );
  await delay(400);
  assert.equal(socket.destroyed, false);
  await hub.modules.tokens.revoke(OPERATOR, id as Parameters<typeof hub.modules.tokens.revoke>[1]);
  const within = await Promise.race([ended, delay(1_000, 'late')]);
  assert.notEqual(within, 'late');
});
