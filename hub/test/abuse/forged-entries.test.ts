// A hub in other hands records entries that are written as no other: nobody can delete them, and they must not keep anybody from asking
// the ledger what happened. What is no object the database refuses; of any other only what is wrong in it is passed over.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newId, type Id } from '@holdfast/kernel/id';
import { EntrySearch, OrgScopeReader } from '../../src/modules/ledger/index.ts';
import { readContacts } from '../../src/modules/spaces/recorded-contacts.ts';
import { forgeEntry } from '../harness/forged-entry.ts';
import { openProgramHub, type ProgramHub } from '../harness/program-hub.ts';
import { OPERATOR } from '../harness/served-hub.ts';
import { withPool } from '../harness/shared-server.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

/** In place of a count or a text. */
const WRONG = ['"x"', '"5"', 'null', '[]', '{}', 'true', '-1', '1e17', '1e400', '1e-400'];
const HONEST_HOST = { host: 'before.example', port: 443, connections: 1, sentBytes: 5, receivedBytes: 5 };
const TIMES = { first: '2026-01-01T00:00:00.000Z', last: '2026-01-01T00:00:00.000Z' };

interface Forged {
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  readonly body: string;
}

function forgedAbout(space: Id, run: Id): Forged[] {
  const repo = { subject: `repo:${space}`, actor: `run:${run}` };
  const hosts = ['5', 'null', '"x"', '{}', '[5]', '[null]', '[{}]', '[{"host":"a.org"}]'];
  const members = ['host', 'port', 'first', 'last', 'connections', 'sentBytes', 'receivedBytes'];
  const spoilt = members.flatMap((member) =>
    WRONG.map((wrong) => {
      const host = JSON.stringify({ ...HONEST_HOST, ...TIMES, [member]: '%' }).replace('"%"', wrong);
      return `[${JSON.stringify({ ...HONEST_HOST, ...TIMES })},${host}]`;
    }),
  );
  const contacted = [
    '{}',
    ...[...hosts, ...spoilt].map((said) => `{"unanswered":0,"hosts":${said}}`),
    ...WRONG.map((wrong) => `{"unanswered":${wrong},"hosts":[]}`),
  ];
  const counted = WRONG.flatMap((wrong) => [
    { ...repo, kind: 'refusal.noted', body: `{"code":"x","count":${wrong}}` },
    { ...repo, kind: 'refusal.repeated', body: `{"code":"x","count":${wrong}}` },
    { ...repo, kind: 'space.egress-refused', body: `{"run":"${run}","host":"a.org","count":${wrong}}` },
    { ...repo, kind: 'read.private', body: `{"path":"logs/run","repeats":${wrong}}` },
    { ...repo, kind: 'read.repeated', body: `{"path":"logs/run","repeats":${wrong}}` },
  ]);
  return [...contacted.map((body) => ({ ...repo, kind: 'space.contacted', body })), ...counted];
}

async function enter({ hub }: ProgramHub, entries: readonly Forged[]): Promise<void> {
  await withPool(hub.database.address, async (pool) => {
    for (const { kind, subject, actor, body } of entries)
      await pool.query(
        `insert into ledger.entry (kind, subject, actor, credential, body) values ($1, $2, $3, '', $4)`,
        [kind, subject, actor, body],
      );
  });
}

void test('forged entries about a run keep neither its record nor the answer of who could have copied a secret from going on', async () => {
  await using opened = await openProgramHub({ vault: true, visibility: 'private' });
  const { hub, repo, ask, runner } = opened;
  await ask('POST', '/secrets', { key: 'PLAIN', value: 'a value that an app can see' });
  const { space } = await opened.begin();
  const run = newId(new Date());
  await enter(opened, forgedAbout(repo.id, run));
  const { items } = await new EntrySearch(hub.modules.db).list({ kind: 'secret.set' }, { limit: 1 });
  const version = items[0]?.subject ?? assert.fail('it was set');
  await withPool(hub.database.vault, async (pool) => {
    const facts = { space: repo.id, name: 'PLAIN', n: 1, way: 'variable', hosts: [], provider: null };
    await pool.query(
      `insert into ledger.entry (kind, subject, actor, credential, body) values ('secret.released', $1, 'system:vault', '', $2)`,
      [version, JSON.stringify({ ...facts, run, holder: 'sandbox' })],
    );
  });
  await enter(
    opened,
    WRONG.map((wrong) => ({
      ...{ kind: 'space.token-reach', subject: version.replace('secret:', 'reach:'), actor: 'user:1' },
      body: `{"writes":${wrong}}`,
    })),
  );
  const [first, last] = [Date.now(), Date.now()];
  const contact = { host: 'after.example', port: 443, first, last, connections: 1, sentBytes: 7 };
  runner.say({ type: 'contacts', space, run, hosts: [contact], unanswered: 0, ended: false });
  let hosts: string[] = [];
  for (let n = 0; n < 400 && !hosts.includes('after.example'); n += 1) {
    await delay(25);
    hosts = (await readContacts(hub.modules.db, run)).hosts.map(({ host }) => host);
  }
  assert.ok(hosts.includes('after.example'), 'whom it reaches from now on is recorded');
  const { versions } = await hub.modules.centre.sinks.list(OPERATOR, repo.id, { name: 'PLAIN' });
  assert.ok(versions[0]?.sinks.hosts.some(({ host }) => host === 'after.example'));
});

void test('forged counts keep no page of the security centre from being shown', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  const { space } = await opened.begin();
  await hub.modules.identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  await signInAs(hub, 'boss');
  const browser = new TestBrowser(hub);
  await browser.signIn('boss', PASSWORD);
  await enter(opened, forgedAbout(repo.id, newId(new Date())));
  for (const at of ['/security', '/security/doors', `/security/doors/${space}`, '/security/ledger'])
    assert.equal((await browser.open(at)).status, 200, at);
});

/** Bodies that the database refuses now, and took before it did. */
const NO_OBJECTS = [
  ...['', 'no JSON', '{', '5', 'null', '"a"', '[]', '[5]'],
  ...['{"count":"\\u0000"}', '{"count":"\\ud800"}', `{"count":${'['.repeat(60_000)}`],
];

void test('entries from before such were refused keep no chart and no question from being answered', async () => {
  await using opened = await openProgramHub({ vault: true, visibility: 'private' });
  const { hub, repo, ask } = opened;
  await ask('POST', '/secrets', { key: 'PLAIN', value: 'a value that an app can see' });
  const { space } = await opened.begin();
  await hub.modules.identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  await signInAs(hub, 'boss');
  const browser = new TestBrowser(hub);
  await browser.signIn('boss', PASSWORD);
  const about = { subject: `repo:${repo.id}`, actor: 'anonymous' };
  const kinds = ['session.begun', 'refusal.noted', 'refusal.repeated', 'read.private', 'read.repeated'];
  for (const kind of [...kinds, 'space.contacted', 'repo.moved', 'org.changed'])
    for (const body of NO_OBJECTS) await forgeEntry(hub.database.superuser, { ...about, kind, body });
  for (const at of ['/security', '/security/doors', `/security/doors/${space}`, '/security/ledger'])
    assert.equal((await browser.open(at)).status, 200, at);
  const search = new EntrySearch(hub.modules.db);
  const { subject } = about;
  const found = await search.list({ subject, kind: 'session.begun' }, { limit: 50 });
  assert.deepEqual(
    found.items.map(({ body }) => body).toSorted(),
    NO_OBJECTS.toSorted(),
    'they are shown as they are',
  );
  assert.deepEqual((await search.list({ subject, org: 'x' }, { limit: 50 })).items, []);
  assert.deepEqual(
    (await search.list({ subject, kind: 'space.contacted', runsSince: '0' }, { limit: 50 })).items,
    [],
  );
  assert.deepEqual(await new OrgScopeReader(hub.modules.db).cameAt(repo.id, [repo.id]), new Map());
  const { versions } = await hub.modules.centre.sinks.list(OPERATOR, repo.id, { name: 'PLAIN' });
  assert.equal(
    versions.length,
    1,
    'nor the answer who could have copied a secret, with how often its logs were read',
  );
});

void test('what is no object of JSON is not recorded', async () => {
  await using opened = await openProgramHub();
  const entry = { kind: 'space.contacted', subject: 's', actor: 'a' };
  for (const body of [
    '',
    'no JSON',
    '{',
    '5',
    'null',
    '"a"',
    '[]',
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
    '['.repeat(60_000),
  ])
    await assert.rejects(
      enter(opened, [{ ...entry, body }]),
      /malformed|invalid input syntax|Unicode|stack depth/,
      body.slice(0, 20),
    );
  await enter(opened, [{ ...entry, body: '{}' }]);
});
