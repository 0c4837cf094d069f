// Hosts of Spaces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { labelIn, originOf } from './space-address.ts';

void test('originOf() keeps scheme and port of the hub', () => {
  const at = (baseUrl: string) => originOf('ann-demo', { spacesHost: 'apps.example.org', baseUrl });
  assert.equal(at('https://hub.example.com'), 'https://ann-demo.apps.example.org');
  assert.equal(at('http://localhost:8080'), 'http://ann-demo.apps.example.org:8080');
});

void test('labelIn() finds a label in the host of a Space and in no other', () => {
  const found = (host: string | undefined) => labelIn(host, 'localhost');
  assert.equal(found('ann-demo.localhost:8080'), 'ann-demo');
  assert.equal(found('ANN-demo.LOCALHOST'), 'ann-demo');
  for (const host of [
    ...[undefined, '', 'localhost', 'localhost:8080', '.localhost', 'a.b.localhost', 'a_b.localhost'],
    ...[
      'evil.com',
      'a.localhost.evil.com',
      'xn--a.localhost',
      '-a.localhost',
      'alocalhost',
      'a.localhost:8080:1',
      'a.localhost:99999',
    ],
  ])
    assert.equal(found(host), undefined, String(host));
});
