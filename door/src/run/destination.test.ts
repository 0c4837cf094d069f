// What an app may name, before anything is resolved.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDestination, refusalOfDestination } from './destination.ts';

void test('parseDestination() reads names and addresses in their usual form', () => {
  const read = (text: string, port?: number) => parseDestination(text, port);
  assert.deepEqual(read('Example.ORG.:443'), { kind: 'name', host: 'example.org', port: 443 });
  assert.deepEqual(read('example.org', 80), { kind: 'name', host: 'example.org', port: 80 });
  assert.deepEqual(read('8.8.8.8:443'), { kind: 'address', host: '8.8.8.8', port: 443 });
  assert.deepEqual(read('[2606:2800::1]:443'), { kind: 'address', host: '2606:2800::1', port: 443 });
  assert.deepEqual(read('xn--bcher-kva.example_1.de:80'), {
    kind: 'name',
    host: 'xn--bcher-kva.example_1.de',
    port: 80,
  });
});

void test('parseDestination() takes nothing that some reader takes for an address, and nothing with more in it than a host', () => {
  const wrong = `127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 127.0.0.01 1.2.3.256 a.0x7f a.1 a.0x example..org .example.org
    -a.example a-.example example.org:0 example.org:65536 example.org:x user@example.org example.org/ example.org?
    example.org#a ::1 2606:2800::1 [8.8.8.8] [::1 ::1] [fe80::1%eth0] [] ex%61mple.org exämple.org ⅰ.example localhost hub
    ${'a'.repeat(64)}.org ${'a.'.repeat(127)}com`;
  for (const text of wrong.split(/\s+/)) assert.equal(parseDestination(text, 443), undefined, text);
  for (const text of ['', 'a b.org', 'a.org\r\nX: y', 'a.org\0.b.org', 'a.org:443:443'])
    assert.equal(parseDestination(text, 443), undefined, text);
});

void test('refusalOfDestination() knows the policies and the ports', () => {
  const ports = [80, 443];
  const hub = {
    ...{ name: 'hub.holdfast.internal', publicName: 'hub.example.org', address: '127.0.0.1' },
    ...{ port: 9_000, proof: null },
  };
  const judge = (host: string, port: number, egress: Parameters<typeof refusalOfDestination>[1]['egress']) =>
    refusalOfDestination({ kind: 'name', host, port }, { egress, ports, hub });
  const list = { kind: 'list' as const, hosts: ['pypi.org', 'hub.example.org'] };
  // Elsewhere than at its own name an app is a visitor, wherever that name leads at the moment.
  for (const egress of [{ kind: 'open' as const }, list])
    assert.match(judge('hub.example.org', 443, egress) ?? '', /apps reach as hub\.holdfast\.internal/);
  for (const host of ['a.hub.example.org', 'example.org'])
    assert.equal(judge(host, 443, { kind: 'open' }), undefined, host);
  assert.equal(judge('pypi.org', 443, { kind: 'open' }), undefined);
  assert.match(judge('pypi.org', 22, { kind: 'open' }) ?? '', /port 22/);
  assert.match(judge('pypi.org', 443, { kind: 'closed' }) ?? '', /nothing/);
  assert.equal(judge('pypi.org', 443, list), undefined);
  for (const host of ['a.pypi.org', 'pypi.org.evil.example', 'xpypi.org', 'org'])
    assert.match(judge(host, 443, list) ?? '', /not among/, host);
  for (const host of [
    'a.localhost',
    'metadata.google.internal',
    'printer.local',
    'a.home.arpa',
    'a.onion',
    'a.invalid',
  ])
    assert.match(judge(host, 443, { kind: 'open' }) ?? '', /near/, host);
});
