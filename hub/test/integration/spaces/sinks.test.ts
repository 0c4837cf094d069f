// Who holds or held a secret, and where they could have copied it: as who looks after the instance asks, out of the ledger.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newId, type Id } from '@holdfast/kernel/id';
import { EntrySearch } from '#modules/ledger';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { OPERATOR } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';

const VALUE = 'a value that an app can see';

/** What the vault says of a version of which a run is given something; gives the digest. */
async function enter(
  { hub }: ProgramHub,
  kind: string,
  row: { readonly version: string; readonly body: Readonly<Record<string, unknown>> },
): Promise<void> {
  await withPool(hub.database.vault, async (pool) => {
    await pool.query(
      `insert into ledger.entry (kind, subject, actor, credential, body) values ($1, $2, 'system:vault', '', $3)`,
      [kind, `secret:${row.version}`, JSON.stringify(row.body)],
    );
  });
}

/** Versions by the names of their secrets, the newest of each. */
async function versionsOf({ hub }: ProgramHub): Promise<Record<string, string>> {
  const { items } = await new EntrySearch(hub.modules.db).list({ kind: 'secret.set' }, { limit: 100 });
  return Object.fromEntries(
    items
      .toReversed()
      .map(({ subject, body }) => [
        (JSON.parse(body) as { name: string }).name,
        subject.replace('secret:', ''),
      ]),
  );
}

function facts(space: string, name: string): Record<string, unknown> {
  return { space, name, n: 1, way: 'variable', hosts: [], provider: null, expires: null };
}

async function openHeld() {
  const opened = await openProgramHub({ vault: true, visibility: 'private' });
  const { hub, ask, repo } = opened;
  const own = await hub.addToken('ann', 'write');
  await ask('POST', '/secrets', { key: 'PLAIN', value: VALUE });
  await ask('POST', '/secrets', { key: 'HF_TOKEN', value: own.text });
  const want = await opened.begin();
  const run = newId(new Date());
  const versions = await versionsOf(opened);
  const version = (name: string): string => versions[name] ?? assert.fail(name);
  const hold = async (name: string, holder: string): Promise<void> =>
    await enter(opened, 'secret.released', {
      version: version(name),
      body: { ...facts(repo.id, name), run, holder },
    });
  await hold('PLAIN', 'sandbox');
  await hold('HF_TOKEN', 'door');
  return { opened, own, want, run, version };
}

/** Whom a run reached, as the hub records it: entries of which each is newer than the one before, and its number stands in them for `%s`. */
async function enterContacts(
  { hub, repo }: ProgramHub,
  { run, hosts, count }: { readonly run: Id; readonly hosts: readonly string[]; readonly count: number },
): Promise<void> {
  const at = new Date().toISOString();
  const contact = { port: 443, first: at, last: at, connections: 1, sentBytes: 1 };
  const body = { run, hosts: hosts.map((host) => ({ ...contact, host })), unanswered: 2 };
  await withPool(hub.database.address, async (pool) => {
    await pool.query(
      `insert into ledger.entry (kind, subject, actor, credential, body)
       select 'space.contacted', $1, $2, '', replace($3, '%s', n::text) from generate_series(1, $4::int) as n`,
      [`repo:${repo.id}`, `run:${run}`, JSON.stringify(body), count],
    );
  });
}

function sinksIn({ hub, repo }: ProgramHub, name?: string) {
  return hub.modules.centre.sinks.list(OPERATOR, repo.id, { name });
}

void test('the sinks of a secret: hosts, reads of the log, and what a token beside it could write', async () => {
  const { opened, own, want, run } = await openHeld();
  await using _opened = opened;
  const { hub, runner, bearer } = opened;
  const at = Date.now();
  const contact = { port: 443, first: at, last: at, connections: 2, sentBytes: 99 };
  runner.say({
    ...{ type: 'contacts', space: want.space, run, unanswered: 3, ended: false },
    hosts: [{ ...contact, host: 'evil.example' }],
  });
  const asked = new AbortController();
  const log = await fetch(`${hub.url}/api/spaces/ann/demo/logs/run`, {
    headers: bearer,
    signal: asked.signal,
  });
  assert.equal(log.status, 200);
  asked.abort();
  let found = await sinksIn(opened, 'PLAIN');
  for (let n = 0; n < 2_400 && found.versions[0]?.sinks.hosts.length !== 1; n += 1) {
    await delay(25);
    found = await sinksIn(opened, 'PLAIN');
  }
  assert.equal(found.name, 'ann/demo');
  const [plain, ...more] = found.versions;
  assert.deepEqual(more, []);
  assert.deepEqual(
    plain?.holders.map(({ run: holder, by, through, ended }) => ({ holder, by, through, ended })),
    [{ holder: run, by: 'sandbox', through: 'release', ended: null }],
  );
  assert.match(plain.set?.by ?? '', /^user:/);
  assert.deepEqual(
    plain.sinks.hosts.map(({ host, connections, sentBytes, runs }) => ({
      host,
      connections,
      sentBytes,
      runs,
    })),
    [{ host: 'evil.example', connections: 2, sentBytes: 99, runs: 1 }],
  );
  assert.equal(plain.sinks.unanswered, 3);
  assert.equal(plain.sinks.logs?.count, 1);
  assert.deepEqual(
    plain.sinks.repositories.map(({ type, name, token, secret, whenSet, now }) => ({
      ...{ type, name, token, secret, whenSet, now },
    })),
    [{ type: 'user', name: 'ann', token: own.id, secret: 'HF_TOKEN', whenSet: true, now: true }],
  );
  const [brokered] = (await sinksIn(opened, 'HF_TOKEN')).versions;
  assert.equal(brokered?.token, own.id);
  assert.deepEqual(brokered.sinks.hosts, [], 'no app had it');
  assert.equal(brokered.sinks.logs, null);
  assert.ok(!JSON.stringify(await sinksIn(opened)).includes(own.text), 'its id, and never its text');
});

void test('a host that is reached after very many entries is among them, and what is not read is said to be missing', async () => {
  const { opened, run } = await openHeld();
  await using _opened = opened;
  const contacted = async (host: string, count: number): Promise<void> =>
    await enterContacts(opened, { run, hosts: [host], count });
  const sinks = async () => (await sinksIn(opened, 'PLAIN')).versions[0]?.sinks ?? assert.fail('no version');
  const hosts = async () => (await sinks()).hosts.map(({ host }) => host).toSorted();
  await contacted('early.example', 2_500);
  await contacted('late.example', 1);
  assert.deepEqual(await hosts(), ['early.example', 'late.example']);
  assert.equal((await sinks()).unanswered, 2);
  assert.equal((await sinks()).incomplete, false);
  await contacted('later.example', 8_000);
  assert.deepEqual(await hosts(), ['early.example', 'late.example', 'later.example']);
  assert.equal((await sinks()).incomplete, true, 'the oldest of 10,501 entries were not read');
  assert.equal((await sinksIn(opened, 'HF_TOKEN')).versions[0]?.sinks.incomplete, false, 'which no app had');
});

void test('weeks of changing hosts are read back piece by piece, each of which says where the next begins, and none is missing', async () => {
  const { opened, run } = await openHeld();
  await using _opened = opened;
  const { hub, repo } = opened;
  const list = async (before?: string) =>
    await hub.modules.centre.sinks.list(OPERATOR, repo.id, { name: 'PLAIN', before });
  const count = 45;
  await enterContacts(opened, { run, hosts: Array.from({ length: 100 }, (_, n) => `h${n}.x%s`), count });
  const found = new Set<string>();
  let pieces = 0;
  let back: string | undefined;
  do {
    const piece = await list(back);
    assert.equal(piece.before, back);
    assert.ok(back === undefined || piece.back === undefined || piece.back < back, 'it goes on');
    const [version] = piece.versions;
    assert.equal(version?.sinks.incomplete, true, 'no piece is all of it');
    assert.equal(version.holders.length, 1, 'who held it is told with each');
    assert.equal(version.sinks.moreHosts, 0, 'all that is read is shown');
    for (const { host } of version.sinks.hosts) found.add(host);
    pieces += 1;
    back = piece.back;
  } while (back !== undefined);
  assert.equal(found.size, count * 100);
  assert.equal(pieces, 5);
});

void test('many runs are no piece each: whom the oldest of them reached is there', async () => {
  const { opened, version } = await openHeld();
  await using _opened = opened;
  for (let n = 0; n < 250; n += 1) {
    const run = newId(new Date());
    await enter(opened, 'secret.released', {
      version: version('HF_TOKEN'),
      body: { ...facts(opened.repo.id, 'HF_TOKEN'), run, holder: 'sandbox' },
    });
    if (n === 0) await enterContacts(opened, { run, hosts: ['oldest.example'], count: 1 });
  }
  const [token] = (await sinksIn(opened, 'HF_TOKEN')).versions;
  assert.equal(token?.holders.length, 251);
  assert.deepEqual(
    token.sinks.hosts.map(({ host }) => host),
    ['oldest.example'],
  );
  assert.equal(token.sinks.incomplete, false);
});

void test('an end is an entry, a host that was reached after it is none of its sinks, and an echo makes a holder', async () => {
  const { opened, want, run, version } = await openHeld();
  await using _opened = opened;
  await enter(opened, 'secret.ended', { version: version('PLAIN'), body: { run, holder: 'sandbox' } });
  await enter(opened, 'secret.echoed', {
    version: version('HF_TOKEN'),
    body: { run, space: want.space, host: 'x', holder: 'sandbox' },
  });
  const later = Date.now() + 60_000;
  const contact = { port: 443, first: later, last: later, connections: 1, sentBytes: 1 };
  opened.runner.say({
    ...{ type: 'contacts', space: want.space, run, unanswered: 0, ended: true },
    hosts: [{ ...contact, host: 'late.example' }],
  });
  let [token] = (await sinksIn(opened, 'HF_TOKEN')).versions;
  for (let n = 0; n < 2_400 && token?.sinks.hosts.length === 0; n += 1) {
    await delay(25);
    [token] = (await sinksIn(opened, 'HF_TOKEN')).versions;
  }
  assert.deepEqual(
    token?.holders.map(({ by, through, ended }) => ({ by, through, ended })),
    [
      { by: 'door', through: 'release', ended: null },
      { by: 'sandbox', through: 'echo', ended: null },
    ],
  );
  assert.deepEqual(
    token.sinks.hosts.map(({ host }) => host),
    ['late.example'],
  );
  const [plain] = (await sinksIn(opened, 'PLAIN')).versions;
  assert.equal(plain?.holders[0]?.ended?.how, 'ended');
  assert.deepEqual(plain.sinks.hosts, []);
});

void test('it is told of a secret that is deleted, of one whose token is revoked, and of a Space that is', async () => {
  const { opened, own, run } = await openHeld();
  await using _opened = opened;
  const { hub, ask, bearer, repo } = opened;
  await hub.modules.tokens.revoke(OPERATOR, own.id as Id);
  await ask('DELETE', '/secrets', { key: 'PLAIN' });
  const [plain] = (await sinksIn(opened, 'PLAIN')).versions;
  assert.match(plain?.deleted?.by ?? '', /^user:/);
  assert.deepEqual(
    plain?.sinks.repositories.map(({ name, whenSet, now }) => ({ name, whenSet, now })),
    [{ name: 'ann', whenSet: true, now: false }],
    'what it could do when it was set is not forgotten',
  );
  await fetch(`${hub.url}/api/repos/delete`, {
    method: 'DELETE',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'space', name: 'demo' }),
  });
  for (const space of ['ann/demo', repo.id]) {
    const { id, versions } = await hub.modules.centre.sinks.list(OPERATOR, space);
    assert.equal(id, repo.id);
    assert.deepEqual(versions.map(({ name }) => name).toSorted(), ['HF_TOKEN', 'PLAIN']);
    assert.ok(versions.every(({ holders }) => holders[0]?.run === run));
  }
});

void test('it is for who looks after the instance, and a Space that never was is said to be none', async () => {
  const { opened } = await openHeld();
  await using _opened = opened;
  const { centre, authentication } = opened.hub.modules;
  const { actor } = await authentication.authenticate(opened.token);
  await assert.rejects(centre.sinks.list(actor, 'ann/demo'), {
    code: 'secret.overview-forbidden',
  });
  for (const space of ['ann/nothing', 'ann', 'a/b/c', newId(new Date())])
    await assert.rejects(centre.sinks.list(OPERATOR, space), { code: 'secret.no-such-space' });
});
