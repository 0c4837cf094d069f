// A request whose right has ended while its connection was made: nothing of it leaves.
import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { ERRAND_LIMITS } from '../limits.ts';
import { Connection } from './connection.ts';
import type { Policy, Watch } from './policy.ts';
import { Turn } from './turn.ts';

function read(stream: Duplex): { text: string } {
  const got = { text: '' };
  stream.setEncoding('latin1').on('data', (piece: string) => (got.text += piece));
  return got;
}

void test('what may not leave any more is refused where it would be written', async () => {
  const [client, clientSide] = duplexPair();
  const [host, hostSide] = duplexPair();
  const watch = { leave: () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n' } as unknown as Watch;
  const policy: Policy = {
    read: () => ({
      ...{ kind: 'forward', key: 'a', lines: 'GET / HTTP/1.1\r\nAuthorization: value\r\n', websocket: false },
      ...{
        closes: false,
        watch,
        open: async () => await Promise.resolve({ kind: 'open', socket: hostSide as Socket }),
      },
    }),
    present: () => '',
    fail: () => '',
  };
  const shared = { limits: ERRAND_LIMITS, turn: new Turn(), up: 0, down: 0, requests: 0, active: 0, now: 0 };
  const connection = new Connection(clientSide as Socket, policy, shared);
  const [told, arrived] = [read(client), read(host)];
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  for (let n = 0; n < 100 && told.text === ''; n += 1) await delay(10);
  assert.match(told.text, /^HTTP\/1\.1 403 /);
  assert.deepEqual([arrived.text, shared.active, hostSide.destroyed], ['', 0, true]);
  connection.check(0);
});
