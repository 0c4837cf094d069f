// An attacker asks for paths and revisions that would leave the repository if any of them reached a file system.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { commit, regularFile } from '../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';

/** The path goes out exactly as it is written: `fetch` would tidy it up. */
async function askRaw(hub: ServedHub, path: string, token: string): Promise<string> {
  const socket = connect(hub.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${hub.port}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

const PATHS = [
  '../../../../../../etc/passwd',
  '..%2f..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '%252e%252e%252fetc%252fpasswd',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  './config.json',
  'a/../config.json',
  'config.json/..',
  'config.json%00.txt',
  '..%5c..%5cetc%5cpasswd',
  '.git/config',
  '.GIT/config',
  '%c0%ae%c0%ae/etc/passwd',
  '%ff',
  '%',
  '%zz',
  'config.json%0d%0aSet-Cookie:%20x=1',
  `${'a/'.repeat(2000)}b`,
];

void test('no spelling of a path leaves the repository', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  await commit(hub, { token, repo: 'ada/model' }, [regularFile('config.json', '{}')]);
  for (const word of ['resolve', 'raw'])
    for (const path of PATHS) {
      const answer = await askRaw(hub, `/ada/model/${word}/main/${path}`, token);
      assert.match(answer, /^HTTP\/1\.1 4(?:00|04|14) /, path);
      assert.doesNotMatch(answer, /root:|^set-cookie:/im, path);
      assert.match(answer, /x-error-code: \w+/i, path);
    }
});

void test('no spelling of a revision leaves the repository', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  for (const revision of [
    '..',
    '%2e%2e',
    '..%2f..',
    '%00',
    'main%00',
    'main..other',
    'refs%2F..%2Fmain',
    '@%7b-1%7d',
    'main~1',
    '-x',
  ]) {
    const answer = await askRaw(hub, `/ada/model/resolve/${revision}/.gitattributes`, token);
    assert.match(answer, /^HTTP\/1\.1 4(?:00|04) /, revision);
  }
  assert.deepEqual(
    hub.lines.filter((line) => line.includes('bug')),
    [],
  );
});
