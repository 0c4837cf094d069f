// Entries, commitments and chains, as a verifier sees them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { GENESIS, hashEntry, type RecordedEntry } from '@holdfast/kernel/ledger-entry';
import { mintToken } from '@holdfast/kernel/token-text';
import { commitment, prepareEntry, readBody, verifyLane } from './model.ts';

function chain(length: number): RecordedEntry[] {
  const entries: RecordedEntry[] = [];
  let previous: Sha256 = GENESIS;
  for (let n = 1; n <= length; n += 1) {
    const entry = {
      writer: 'holdfast_hub_1',
      lane: 0,
      n,
      previous,
      at: `2026-01-01T00:00:0${n}.000000Z`,
      kind: 'repo.created',
      subject: `repo:${n}`,
      subjectN: 0,
      subjectPrevious: GENESIS,
      actor: 'user:1',
      credential: '',
      body: '{}',
    };
    const hash = hashEntry(entry);
    entries.push({ ...entry, hash });
    previous = hash;
  }
  return entries;
}

void test('prepareEntry() puts commitments in place of personal values', () => {
  const prepared = prepareEntry({
    kind: 'account.created',
    subject: 'account:1',
    actor: 'operator',
    credential: '',
    body: { b: 1, a: 2 },
    personal: { email: 'alice@example.org' },
  });
  assert.ok(!prepared.body.includes('alice'));
  const [field] = prepared.personal;
  assert.ok(field !== undefined);
  assert.equal(prepared.body, `{"a":2,"b":1,"personal":{"email":"${commitment(field)}"}}`);
});

void test('prepareEntry() leaves whose a host is, whatever its name looks like', () => {
  const key = `glpat-${'a1'.repeat(10)}`;
  const entry = { kind: 'space.contacted', subject: 's', actor: 'x', credential: '' };
  const host = `${key}.attacker-site.example`;
  const { body } = prepareEntry({
    ...entry,
    body: { hosts: [{ host, note: host }, `*.${key}.example`], host: `${key}.example` },
  });
  assert.deepEqual(JSON.parse(body), {
    host: `${key}.example`,
    hosts: [{ host: '[key of GitLab].attacker-site.example', note: '[key of GitLab]' }, `*.${key}.example`],
  });
});

void test('prepareEntry() leaves no character out of which the database can make no JSON', () => {
  const entry = { kind: 'a.b', subject: 's', actor: 'x', credential: '' };
  const key = `glpat-${'a1'.repeat(10)}`;
  for (const [said, kept] of [
    ['a\0b', 'a\uFFFDb'],
    [String.raw`a\u0000b`, String.raw`a\u0000b`],
    [`\0 ${key}`, '\uFFFD [key of GitLab]'],
  ] as const)
    assert.deepEqual(JSON.parse(prepareEntry({ ...entry, body: { path: [said] } }).body), { path: [kept] });
});

void test('readBody() reads nothing of what nobody here wrote', () => {
  assert.deepEqual(readBody('{"a":1}'), { a: 1 });
  for (const body of ['', 'no JSON', '5', 'null', '[]', '"a"', '['.repeat(60_000)])
    assert.deepEqual(readBody(body), {});
});

void test('prepareEntry() salts: the same value never gives the same commitment', () => {
  const entry = {
    kind: 'a.b',
    subject: 's',
    actor: 'x',
    credential: '',
    body: {},
    personal: { name: 'alice' },
  };
  assert.notEqual(prepareEntry(entry).body, prepareEntry(entry).body);
  assert.equal(prepareEntry({ ...entry, personal: {} }).body, '{}');
});

void test('hashEntry() frames its fields: moving a character to the next one changes the digest', () => {
  const [entry] = chain(1);
  assert.ok(entry !== undefined);
  const shifted = { ...entry, kind: `${entry.kind}r`, subject: entry.subject.slice(1) };
  assert.notEqual(hashEntry(shifted), entry.hash);
});

void test('verifyLane() accepts a whole chain', () => {
  assert.equal(verifyLane(chain(5)), undefined);
  assert.equal(verifyLane([]), undefined);
});

void test('verifyLane() finds what was altered, removed or put in', () => {
  const entries = chain(4);
  const altered = entries.map((entry) => (entry.n === 2 ? { ...entry, body: '{"x":1}' } : entry));
  assert.deepEqual(verifyLane(altered), { n: 2, flaw: 'altered' });
  assert.deepEqual(verifyLane(entries.filter((entry) => entry.n !== 3)), { n: 3, flaw: 'missing' });
  const rehashed = altered.map((entry) => (entry.n === 2 ? { ...entry, hash: hashEntry(entry) } : entry));
  assert.deepEqual(verifyLane(rehashed), { n: 3, flaw: 'not-linked' });
});

void test('prepareEntry() keeps no key that somebody wrote into a text', () => {
  const token = mintToken().reveal('a text shall hold it');
  const { body, personal } = prepareEntry({
    ...{ kind: 'a.b', subject: 's', actor: 'x', credential: '' },
    body: { name: `for ${token}`, words: ['admin', token], deep: { note: token, count: 1, none: null } },
    personal: { client: `curl ${token}` },
  });
  assert.ok(!`${body} ${personal[0]?.value ?? ''}`.includes(token.slice(3, 20)), body);
  assert.match(body, /"words":\["admin","\[key of this hub\]"\]/);
  assert.equal(personal[0]?.value, 'curl [key of this hub]');
});

void test('prepareEntry() keeps no token of ours that is packed in base64, over lines too, and no key within a word', () => {
  const token = mintToken().reveal('a text shall hold it');
  const packed = Buffer.from(`user:${token}`).toString('base64');
  const lines = packed.match(/.{1,20}/g)?.join('\r\n  ') ?? '';
  const key = `backup_ghp_${'aB3x'.repeat(9)}`;
  const { body, personal } = prepareEntry({
    ...{ kind: 'a.b', subject: 's', actor: 'x', credential: '' },
    body: { message: `Basic ${packed}`, deep: { lines }, key },
    personal: { client: `curl ${packed}` },
  });
  const said = JSON.parse(body) as { message: string; deep: { lines: string }; key: string };
  // What stands before the token are five letters: six of base64, and a part of the next one.
  assert.match(said.message, /^Basic \w{6}\[key of this hub\]=$/);
  assert.match(said.deep.lines, /^\w{6}\[key of this hub\]=$/);
  assert.equal(said.key, 'backup_[key of GitHub]');
  assert.match(personal[0]?.value ?? '', /^curl \w{6}\[key of this hub\]=$/);
});
