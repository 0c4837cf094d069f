// For which run an app's request comes is told to the hub alone, and by the door alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDestination } from './destination.ts';
import { readErrand, readHubErrand, writeErrand } from './errand.ts';
import type { RequestHead } from './http/head.ts';

const PROOF = `${'a'.repeat(24)}.${'b'.repeat(43)}`;
const HUB = 'hub.holdfast.internal';
const start = { hub: { name: HUB, publicName: null, address: '127.0.0.1', port: 1, proof: PROOF } };
const without = { hub: { ...start.hub, proof: null } };
const CLAIMED = ['X-Holdfast-Run', 'x-holdfast-run', 'X_Holdfast_Run', 'X-Holdfast_Run', 'X-Holdfast-Other'];

function headOf(target: string): RequestHead {
  const fields = CLAIMED.map((written) => ({ name: written.toLowerCase(), written, value: 'claimed' }));
  const kept = { name: 'x-kept', written: 'X-Kept', value: 'yes' };
  const connection = { name: 'connection', written: 'Connection', value: 'x-holdfast-run' };
  return { method: 'GET', target, minor: 1, fields: [...fields, connection, kept] } as unknown as RequestHead;
}

void test('readErrand() proves the run to the hub, and takes what the app claims out of every request', () => {
  const told = readErrand(headOf(`http://${HUB}/api`), start)?.lines;
  assert.equal(told, `GET /api HTTP/1.1\r\nHost: ${HUB}\r\nX-Kept: yes\r\nx-holdfast-run: ${PROOF}\r\n`);
  const others = [
    'http://models.example.org/',
    `http://${HUB}:8080/`,
    `http://${HUB}.example.org/`,
    `http://a.${HUB}/`,
    'http://127.0.0.1/',
  ];
  for (const target of others)
    assert.doesNotMatch(readErrand(headOf(target), start)?.lines ?? '', /holdfast.run|claimed/i, target);
  assert.doesNotMatch(readErrand(headOf(`http://${HUB}/`), without)?.lines ?? '', /holdfast-run|claimed/i);
});

void test('readHubErrand() does the same in a tunnel to the hub', () => {
  const destination = parseDestination(`${HUB}:80`, undefined);
  assert.ok(destination);
  const told = readHubErrand(headOf('/api'), destination, start)?.lines;
  assert.equal(told, `GET /api HTTP/1.1\r\nHost: ${HUB}\r\nX-Kept: yes\r\nx-holdfast-run: ${PROOF}\r\n`);
  assert.doesNotMatch(readHubErrand(headOf('/api'), destination, without)?.lines ?? '', /claimed/);
});

void test('no errand has fields by which a server would read another route, or another framing', () => {
  const written = [
    ...['X-Original-URL', 'x-rewrite-url', 'X_Original_Uri', 'X_Rewrite-Url', 'X-Forwarded-Prefix'],
    ...['Transfer_Encoding', 'Content_Length', 'Proxy_Authorization', 'Keep_Alive', 'HTTP2_Settings'],
  ];
  const kept = ['X_Kept', 'X-Original', 'Content_Type'];
  const fields = [...written, ...kept].map((name) => ({
    ...{ name: name.toLowerCase(), written: name, value: '1' },
  }));
  const { lines } = writeErrand({ method: 'GET', target: '/a', fields }, '/a', {
    ...{ host: 'api.example.org', proof: undefined },
  });
  assert.equal(
    lines,
    `GET /a HTTP/1.1\r\nHost: api.example.org\r\n${kept.map((name) => `${name}: 1\r\n`).join('')}`,
  );
});
