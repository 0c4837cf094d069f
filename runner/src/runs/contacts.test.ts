// Whom apps reached, kept for a hub that comes later.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type FromRunner } from '../frames.ts';
import { Contacts } from './contacts.ts';

type Told = Extract<FromRunner, { type: 'contacts' }>;

function open(): { contacts: Contacts; told: Told[] } {
  const told: Told[] = [];
  const contacts = new Contacts((frame) => void told.push(contactsIn(frame)));
  return { contacts, told };
}

function contactsIn(frame: FromRunner): Told {
  return frame.type === 'contacts' ? frame : assert.fail(frame.type);
}

function of(host: string, connections = 1) {
  return { host, port: 443, first: 1, last: 2, connections, sentBytes: 3 };
}

const [SPACE, RUN] = ['a'.repeat(24), 'b'.repeat(24)];

void test('Contacts passes on what doors say, and tells a hub that comes all of it, also of a run that has ended', () => {
  const { contacts, told } = open();
  contacts.hear({ space: SPACE, run: RUN }, { hosts: [of('a.org')], unanswered: 0 });
  contacts.hear({ space: SPACE, run: RUN }, { hosts: [of('b.org'), of('a.org', 2)], unanswered: 4 });
  contacts.end(RUN);
  assert.deepEqual(
    told.map(({ hosts }) => hosts.map(({ host }) => host)),
    [['a.org'], ['b.org', 'a.org']],
  );
  contacts.tellAgain();
  const { hosts, ...rest } = told[2] ?? assert.fail();
  assert.deepEqual(hosts, [of('a.org', 2), of('b.org')]);
  assert.deepEqual(rest, { type: 'contacts', space: SPACE, run: RUN, unanswered: 4, ended: true });
});

void test('Contacts keeps no more than a door of ours would tell, and of no more runs that have ended', () => {
  const { contacts, told } = open();
  for (let n = 0; n < 5_000; n += 1)
    contacts.hear({ space: SPACE, run: RUN }, { hosts: [of(`h${n}.org`)], unanswered: 0 });
  for (let n = 0; n < 1_000; n += 1) {
    const run = n.toString(16).padStart(24, '0');
    contacts.hear({ space: SPACE, run }, { hosts: [of('a.org')], unanswered: 0 });
    contacts.end(run);
  }
  told.length = 0;
  contacts.tellAgain();
  const mine = told.filter(({ run }) => run === RUN);
  assert.equal(mine.flatMap(({ hosts }) => hosts).length, 600);
  assert.ok(mine.every(({ hosts }) => hosts.length <= 100));
  assert.equal(mine[0]?.hosts[0]?.host, 'h0.org', 'the earliest is there');
  assert.equal(new Set(told.map(({ run }) => run)).size, 201);
  assert.ok(
    told.some(({ run }) => Number(`0x${run}`) === 999),
    'those that ended last',
  );
});
