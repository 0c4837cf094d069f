// Counting whom an app reached.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { Contacts } from './contacts.ts';
import { Contact, FromDoor } from './frames.ts';

type Told = Extract<FromDoor, { type: 'contacts' }>;

/** A connection, as far as it is counted. */
class Connection extends EventEmitter {
  bytesWritten = 0;
  bytesRead = 0;
}

function open(): {
  contacts: Contacts;
  told: Told[];
  reach: (host: string, more?: { port?: number; bytes?: number; now?: number }) => Connection;
} {
  const told: Told[] = [];
  const contacts = new Contacts((frame) => {
    const read = FromDoor.parse(frame);
    if (read.type === 'contacts') told.push(read);
  });
  const reach: ReturnType<typeof open>['reach'] = (host, { port = 443, bytes = 0, now = 1_000 } = {}) => {
    const connection = new Connection();
    const kind = /^[\d.]+$|:/.test(host) ? 'address' : 'name';
    contacts.begin({ kind, host, port }, connection as unknown as Socket, now);
    connection.bytesWritten = bytes;
    return connection;
  };
  return { contacts, told, reach };
}

/** What was told of each host last. */
function last(told: readonly Told[]): Map<string, Told['hosts'][number]> {
  return new Map(told.flatMap(({ hosts }) => hosts.map((one) => [one.host, one] as const)));
}

void test('Contacts tells a new host at once, and once a second what was sent there', () => {
  const { contacts, told, reach } = open();
  const one = reach('a.org', { bytes: 10 });
  const first = {
    host: 'a.org',
    port: 443,
    first: 1_000,
    last: 1_000,
    connections: 1,
    sentBytes: 0,
    receivedBytes: 0,
  };
  assert.deepEqual(told, [{ type: 'contacts', hosts: [first], unanswered: 0 }]);
  contacts.flush(2_000);
  contacts.flush(3_000);
  assert.deepEqual(told.slice(1), [
    { type: 'contacts', hosts: [{ ...first, last: 2_000, sentBytes: 10 }], unanswered: 0 },
  ]);
  reach('a.org', { bytes: 5, now: 3_500 });
  one.bytesWritten = 30;
  one.emit('close');
  contacts.flush(4_000);
  assert.deepEqual(last(told).get('a.org'), { ...first, last: 4_000, connections: 2, sentBytes: 35 });
  contacts.miss();
  contacts.flush(5_000);
  contacts.flush(6_000);
  assert.deepEqual(told.at(-1), { type: 'contacts', hosts: [], unanswered: 1 });
  assert.equal(told.length, 4, 'nothing is told twice');
});

void test('Contacts tells what was received, and does not take an answer that goes on for something that went there', () => {
  const { contacts, told, reach } = open();
  const one = reach('a.org', { bytes: 10 });
  contacts.flush(2_000);
  one.bytesRead = 700;
  contacts.flush(3_000);
  contacts.flush(4_000);
  assert.equal(told.length, 3, 'nothing is told twice');
  const { last: at, sentBytes, receivedBytes } = last(told).get('a.org') ?? assert.fail();
  assert.deepEqual([at, sentBytes, receivedBytes], [2_000, 10, 700]);
  one.bytesRead = 800;
  one.emit('close');
  contacts.flush(5_000);
  assert.equal(last(told).get('a.org')?.receivedBytes, 800, 'also what came with its end');
});

void test('Contacts is bounded, keeps every host that it named, and counts all', () => {
  const { contacts, told, reach } = open();
  reach('early.example.org', { bytes: 7 });
  for (let n = 0; n < 20_000; n += 1) reach(`n${n}.evil.example`, { bytes: 1 }).emit('close');
  for (let n = 0; n < 2_000; n += 1) reach(`www.site-${n}.net`, { bytes: 1 }).emit('close');
  reach('10.1.2.3', { bytes: 1 }).emit('close');
  // Behind all the others, and with its port.
  reach('hidden.evil.example', { bytes: 1_000 }).emit('close');
  reach('early.example.org', { bytes: 5 });
  contacts.flush(9_000);
  const hosts = last(told);
  assert.ok(hosts.size <= 256 + 256 + 1, String(hosts.size));
  assert.equal(hosts.get('early.example.org')?.sentBytes, 12);
  assert.equal(hosts.get('n0.evil.example')?.connections, 1);
  // Names of one domain cost their owner nothing: they do not use up the room of others.
  assert.equal(hosts.get('*.evil.example')?.connections, 20_000 - 64 + 1);
  assert.equal(hosts.get('*.evil.example')?.sentBytes, 20_000 - 64 + 1_000);
  assert.ok(hosts.has('www.site-100.net'));
  assert.ok(hosts.has('*.site-400.net'));
  const sum = [...hosts.values()].reduce((count, { connections }) => count + connections, 0);
  assert.equal(sum, 1 + 20_000 + 2_000 + 1 + 1 + 1, 'all are counted');
  assert.equal(hosts.get('*')?.port, 0);
  assert.ok(told.every((one) => one.hosts.length <= 100));
});

void test('Contacts counts addresses beyond the first under their beginning, and the ports of a host apart', () => {
  const { contacts, told, reach } = open();
  for (let n = 0; n < 100; n += 1) reach(`192.0.2.${n}`).emit('close');
  for (let n = 0; n < 100; n += 1) reach(`2001:db8:1::${n.toString(16)}`).emit('close');
  reach('a.org', { port: 80 });
  reach('a.org', { port: 443 });
  contacts.flush(2_000);
  const hosts = last(told);
  assert.equal(hosts.get('192.0.*')?.connections, 36);
  assert.equal(hosts.get('2001:db8:1:*')?.connections, 36);
  const ports = told.flatMap((one) => one.hosts).filter(({ host }) => host === 'a.org');
  assert.deepEqual(new Set(ports.map(({ port }) => port)), new Set([80, 443]));
});

void test('what is no host, and what is no time, is no frame', () => {
  const one = { port: 443, first: 1, last: 2, connections: 1, sentBytes: 1 };
  for (const host of ['a.org', '*.example.org', '192.0.*', '2001:db8:1:*', '*', '_dmarc.x-y.org'])
    assert.ok(Contact.safeParse({ ...one, host }).success, host);
  for (const host of ['', 'a b', 'a\0.org', 'A.org', '<b>', 'a'.repeat(301)])
    assert.ok(!Contact.safeParse({ ...one, host }).success, host);
  assert.ok(!Contact.safeParse({ ...one, host: 'a.org', last: 253_402_300_800_000 }).success);
  // A door from before it was counted does not say it; one in somebody else's hands says no number that adds up to nonsense.
  assert.ok(Contact.safeParse({ ...one, host: 'a.org', receivedBytes: 7 }).success);
  for (const receivedBytes of [-1, 0.5, 2 ** 60, NaN, '7', null])
    assert.ok(!Contact.safeParse({ ...one, host: 'a.org', receivedBytes }).success, String(receivedBytes));
});
