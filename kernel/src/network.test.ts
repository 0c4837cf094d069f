// Networks as they are written, and which addresses are in them.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  countedAddress,
  formatNetwork,
  networkHolds,
  networkOf,
  parseNetwork,
  spellingsOf,
} from './network.ts';

function holds(network: string, address: string): boolean {
  const parsed = parseNetwork(network);
  assert.ok(parsed !== undefined, network);
  return networkHolds(parsed, address);
}

void test('networkHolds() compares the first bits of addresses of one kind', () => {
  const cases: [string, string, boolean][] = [
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '192.0.2.1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::1', '2001:0db8:0:0:0:0:0:1', true],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.3.9', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['192.0.2.0/24', 'unknown', false],
    ['192.0.2.0/24', '', false],
  ];
  for (const [network, address, expected] of cases)
    assert.equal(holds(network, address), expected, `${network} ${address}`);
});

void test('parseNetwork() refuses what is none, or could be read two ways', () => {
  for (const text of [
    ...[
      '',
      '192.0.2',
      '192.0.2.0/33',
      '192.0.2.256',
      '192.0.2.0/-1',
      '010.0.0.1',
      'localhost',
      '192.0.2.0/24 ',
    ],
    ...['2001:db8::/129', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', '::ffff:192.0.2.0/24'],
    ...['::192.0.2.300', '1:2:3:4:5:6:7::8', 'fe80::1%eth0/64'],
  ])
    assert.equal(parseNetwork(text), undefined, text);
});

void test('formatNetwork() writes equal networks alike', () => {
  const cases: [string, string][] = [
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192.0.2.77', '192.0.2.77/32'],
    ['::ffff:192.0.2.77', '192.0.2.77/32'],
    ['2001:DB8:0:0::77/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::1', '::1/128'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7/128'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3/128'],
    ['1:10:0:0:2::', '1:10:0:0:2::/128'],
  ];
  for (const [text, expected] of cases) {
    const network = parseNetwork(text);
    assert.ok(network !== undefined, text);
    assert.equal(formatNetwork(network), expected);
    assert.deepEqual(parseNetwork(expected), network, expected);
  }
});

void test('networkOf() gives what neighbouring addresses have in common', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['192.0.2.17', '192.0.2.0/24'],
    ['::ffff:192.0.2.200', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8:0001::6', '2001:db8:1::/48'],
    ['2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['somewhere', 'somewhere'],
  ];
  for (const [address, network] of cases) assert.equal(networkOf(address), network, address);
  assert.notEqual(networkOf('192.0.3.17'), networkOf('192.0.2.17'));
});

void test('countedAddress() counts an IPv6 network as one caller, because a host can have any address in it', () => {
  assert.equal(countedAddress('192.0.2.7'), '192.0.2.7');
  assert.equal(countedAddress('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(countedAddress('2001:db8:1:2:aaaa::1'), countedAddress('2001:db8:1:2:bbbb:1:2:3'));
  assert.notEqual(countedAddress('2001:db8:1:2::1'), countedAddress('2001:db8:1:3::1'));
  assert.equal(countedAddress('::1'), '0:0:0:0::/64');
});

void test('spellingsOf() gives the texts under which an address may lie, the counted network among them', () => {
  assert.deepEqual(spellingsOf('192.0.2.7'), ['192.0.2.7']);
  assert.deepEqual(spellingsOf('::ffff:192.0.2.7'), ['::ffff:192.0.2.7', '192.0.2.7']);
  assert.deepEqual(spellingsOf('2001:db8::aaaa:1'), ['2001:db8::aaaa:1', '2001:db8:0:0::/64']);
  assert.deepEqual(spellingsOf('2001:0DB8:0:0:0:0:AAAA:1'), [
    '2001:0DB8:0:0:0:0:AAAA:1',
    '2001:db8::aaaa:1',
    '2001:db8:0:0::/64',
  ]);
  assert.deepEqual(spellingsOf('2001:db8::/64'), ['2001:db8::/64', '2001:db8:0:0::/64']);
  assert.deepEqual(spellingsOf('2001:db8::/32'), ['2001:db8::/32']);
  assert.deepEqual(spellingsOf('no address'), ['no address']);
});
