// The security centre over HTTP, without script: who sees it, and what who looks after the instance can end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { record } from '../../../src/modules/ledger/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs, visitAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const PAGES = ['', '/users', '/users/bob', '/sessions', '/tokens', '/ledger', '/secrets', '/doors', '/mail'];

async function openWatchedHub(): Promise<{ hub: ServedHub; root: TestBrowser; bob: TestBrowser }> {
  const hub = await openServedHub();
  const wish = { name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  await signInAs(hub, 'bob');
  const [root, bob] = [new TestBrowser(hub), new TestBrowser(hub)];
  await root.signIn('boss', PASSWORD);
  await bob.signIn('bob', PASSWORD);
  return { hub, root, bob };
}

/** The ids in the hidden fields of a page's forms. */
function idsIn(body: string): string[] {
  return [...body.matchAll(/name="id" value="([0-9a-f]{24})"/g)].map(([, id = '']) => id);
}

void test('the security centre is for who administers the instance, in both languages', async () => {
  const { hub, root, bob } = await openWatchedHub();
  await using _hub = hub;
  for (const page of PAGES) {
    const path = `/security${page}`;
    assert.equal((await root.open(path)).status, 200, path);
    assert.match(
      (await root.open(path, { 'accept-language': 'pt' })).body,
      /Centro de segurança|Salas/,
      path,
    );
    const refused = await bob.open(path);
    assert.equal(refused.status, 403, path);
    assert.doesNotMatch(refused.body, /boss/, path);
    assert.match((await new TestBrowser(hub).open(path)).location, /^\/sign-in\?to=/, path);
  }
  assert.match((await root.open('/account')).body, /href="\/security"/);
  assert.doesNotMatch((await bob.open('/account')).body, /href="\/security"/);
  assert.equal((await root.open('/security/users/nobody')).status, 404);
  assert.equal((await root.open(`/security/ledger/${'0'.repeat(64)}`)).status, 404);
});

void test('who held a secret and where it could be is a page for who administers the instance, also of a deleted one', async () => {
  const { hub, root, bob } = await openWatchedHub();
  await using _hub = hub;
  const { id } = await hub.addRepo('bob/demo', { type: 'space', sdk: 'gradio' });
  const [version, run] = ['1'.repeat(24), '2'.repeat(24)];
  const facts = { space: id, name: 'PLAIN', n: 3, way: 'variable', hosts: [], provider: null };
  const enter = async (kind: string, body: object): Promise<void> =>
    await withPool(hub.database.vault, async (pool) => {
      const values = [kind, `secret:${version}`, 'system:vault', JSON.stringify(body)];
      const columns = '(kind, subject, actor, credential, body)';
      await pool.query(`insert into ledger.entry ${columns} values ($1, $2, $3, '', $4)`, values);
    });
  await enter('secret.set', facts);
  await enter('secret.released', { ...facts, run, holder: 'sandbox' });
  await enter('secret.deleted', facts);
  const now = new Date().toISOString();
  const host = { port: 443, first: now, last: now, connections: 7, sentBytes: 1 };
  const hosts = [
    { ...host, host: 'evil.example' },
    { ...host, host: '*', port: 0 },
  ];
  await hub.modules.db.transaction(async (tx) => {
    const by = { subject: `repo:${id}`, actor: `run:${run}`, credential: '' };
    await record(tx, { kind: 'space.contacted', ...by, body: { run, hosts, unanswered: 0 } });
  });
  const path = `/security/secrets/${id}`;
  const { status, body } = await root.open(`${path}?name=PLAIN`);
  assert.equal(status, 200);
  for (const said of [
    /bob\/demo/,
    /PLAIN, version 3/,
    /evil\.example:443/,
    /others, without a name/,
    /no entry ends it/,
    /Deleted/,
  ])
    assert.match(body, said);
  assert.match((await root.open(path, { 'accept-language': 'pt' })).body, /nenhuma entrada o termina/);
  const many = Array.from({ length: 100 }, (_, n) => ({ ...host, host: `h${n}.example` }));
  for (let port = 1; port <= 10; port += 1)
    await hub.modules.db.transaction(async (tx) => {
      const by = { subject: `repo:${id}`, actor: `run:${run}`, credential: '' };
      const body = { run, hosts: many.map((one) => ({ ...one, port })), unanswered: 0 };
      await record(tx, { kind: 'space.contacted', ...by, body });
    });
  const newest = (await root.open(`${path}?name=PLAIN`)).body;
  assert.doesNotMatch(newest, /evil\.example:443/, 'that is further back');
  const [, next = ''] = /read back to .*?<a href="([^"]*)" rel="next">Go on from there/.exec(newest) ?? [];
  assert.match(next, /name=PLAIN&amp;before=20/);
  const further = (await root.open(next.replaceAll('&amp;', '&'))).body;
  assert.match(further, /evil\.example:443/);
  assert.match(further, /recorded before/);
  assert.doesNotMatch(further, /Go on from there/);
  for (const none of ['2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', 'infinity'])
    assert.doesNotMatch((await root.open(`${path}?before=${none}`)).body, /recorded before/);
  assert.match((await root.open(`${path}?name=OTHER`)).body, /knows of no such secret/);
  assert.equal((await root.open(`/security/secrets/${'3'.repeat(24)}`)).status, 404);
  const refused = await bob.open(path);
  assert.equal(refused.status, 403, 'also to who owns the Space');
  assert.doesNotMatch(refused.body, /evil/);
});

void test('a database that does not wait for its disk is told of where vault and notary are, with what to do', async () => {
  const { hub, root } = await openWatchedHub();
  await using _hub = hub;
  // The server of tests does not wait for its disk.
  const english = (await root.open('/security')).body;
  assert.match(english, /does not wait for its disk: a power cut would lose what was acknowledged/);
  assert.match(english, /Set fsync, full_page_writes to on, .*pg_reload_conf/);
  assert.match(english, /run sync on the machine of the database/);
  assert.doesNotMatch(english, /synchronous_commit/, 'no pooler drops anything here');
  const portuguese = (await root.open('/security', { 'accept-language': 'pt' })).body;
  assert.match(portuguese, /não espera pelo disco/);
  assert.match(portuguese, /Ponha fsync, full_page_writes em on/);
  await assert.rejects(hub.modules.centre.ledger.listLacks((await visitAs(hub, 'bob')).actor));
});

void test('nobody ends what is of others but who administers the instance, with a fresh proof', async () => {
  const { hub, root, bob } = await openWatchedHub();
  await using _hub = hub;
  const boss = await hub.modules.identity.findByName('boss');
  const ids = idsIn((await root.open('/security/sessions?user=bob')).body);
  assert.equal(ids.length, 2, 'one by the page, one past it');
  const user = (await hub.modules.identity.findByName('bob'))?.id ?? '';
  const theirs = idsIn((await root.open('/security/sessions?user=boss')).body);
  const denied = await bob.send('/security/sessions?/end', { id: theirs[0] ?? '', user: boss?.id ?? '' });
  assert.equal(denied.status, 403);
  for (const act of ['sessions', 'disable', 'enable'])
    assert.equal((await bob.send(`/security/users/boss?/${act}`, {})).status, 403, act);
  hub.passTime(11);
  for (const [path, fields] of [
    ['/security/users/bob?/disable', {}],
    ['/security/users/bob?/sessions', {}],
    ['/security/sessions?/end&user=bob', { id: ids[0] ?? '', user }],
  ] as const)
    assert.match((await root.send(path, fields)).location, /^\/account\/prove\?to=%2Fsecurity/, path);
  assert.equal((await bob.open('/account')).status, 200);
  await root.send('/account/prove', { password: PASSWORD });
  assert.match((await root.send('/security/sessions?/end', { id: ids[0] ?? '', user })).body, /has ended/);
  assert.match((await root.send('/security/users/bob?/sessions', {})).body, /One session has ended/);
  assert.equal((await bob.open('/account')).status, 303);
});

void test('who ends their own session there, or all of them, signs in again and is told why', async () => {
  const { hub, root } = await openWatchedHub();
  await using _hub = hub;
  const user = (await hub.modules.identity.findByName('boss'))?.id ?? '';
  const told = async (): Promise<void> => {
    assert.match((await root.open('/sign-in?ended')).body, /Your session has ended, as you asked/);
    const portuguese = await root.open('/sign-in?ended', { 'accept-language': 'pt' });
    assert.match(portuguese.body, /A sua sessão terminou, como pediu/);
    assert.match((await root.open('/security')).location, /^\/sign-in\?to=/);
    await root.signIn('boss', PASSWORD);
  };
  const [id = ''] = idsIn((await root.open('/security/sessions?user=boss')).body);
  const ended = await root.send('/security/sessions?/end&user=boss', { id, user });
  assert.deepEqual([ended.status, ended.location], [303, '/sign-in?ended']);
  await told();
  const all = await root.send('/security/users/boss?/sessions', {});
  assert.deepEqual([all.status, all.location], [303, '/sign-in?ended']);
  await told();
  const [own = ''] = idsIn((await root.open('/account/sessions')).body);
  assert.equal((await root.send('/account/sessions?/end', { id: own })).location, '/sign-in?ended');
  await told();
  const token = await hub.addToken('boss', 'read');
  const revoked = await root.send('/security/tokens?/revoke&owner=boss', { id: token.id, reason: 'old' });
  assert.equal(revoked.status, 200);
  assert.match(revoked.body, /The token was revoked/);
  assert.equal((await root.open('/security/tokens?owner=boss')).status, 200);
});

void test('a token of somebody is revoked with a reason, which its entry and the mail to its owner say', async () => {
  const { hub, root, bob } = await openWatchedHub();
  await using _hub = hub;
  const { text, id } = await hub.addToken('bob', 'write');
  const own = await hub.addToken('boss', 'read');
  const asks = async (token: string): Promise<number> =>
    (await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await asks(text), 200);
  const listed = await root.open('/security/tokens?owner=bob&only=live');
  assert.deepEqual(idsIn(listed.body), [id]);
  assert.match(listed.body, /Read, change and delete everything/);
  assert.equal((await bob.send('/security/tokens?/revoke', { id: own.id })).status, 403);
  const reason = 'found in a public notebook';
  const done = await root.send('/security/tokens?/revoke&owner=bob', { id, reason });
  assert.match(done.body, /The token was revoked/);
  assert.match(done.body, /value="bob"/, 'the list is narrowed as it was');
  assert.equal(await asks(text), 401);
  assert.equal(await asks(own.text), 200);
  const entries = await root.open(`/security/ledger?subject=token:${id}&kind=token.revoked`);
  const [, hash = ''] = /\/security\/ledger\/([0-9a-f]{64})/.exec(entries.body) ?? [];
  const entry = await root.open(`/security/ledger/${hash}`);
  assert.ok(entry.body.includes(reason));
  assert.match(entry.body, />boss</);
  const mails = await hub.modules.keptMails.list(OPERATOR);
  const told = mails.find(({ to, subject }) => to === 'bob@example.org' && subject.includes('revoked'));
  assert.ok(told?.text.includes(`The reason given: "${reason}".`), 'the mail');
  const tooLong = await root.send('/security/tokens?/revoke', { id: own.id, reason: 'x'.repeat(501) });
  assert.equal(tooLong.status, 400);
});

void test('who is disabled is shut out within a second, and let in again', async () => {
  const { hub, root, bob } = await openWatchedHub();
  await using _hub = hub;
  const { text } = await hub.addToken('bob', 'read');
  const asks = async (): Promise<number> =>
    (await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${text}` } })).status;
  assert.match((await root.send('/security/users/bob?/disable', {})).body, /The account is disabled/);
  assert.equal(await asks(), 401);
  assert.equal((await bob.open('/account')).status, 303);
  assert.match((await root.open('/security/users?only=disabled')).body, /users\/bob/);
  assert.match((await root.send('/security/users/bob?/enable', {})).body, /The account is enabled/);
  assert.equal(await asks(), 200);
  assert.doesNotMatch((await root.open('/security/users?only=disabled')).body, /users\/bob/);
  const last = await root.send('/security/users/boss?/disable', {});
  assert.equal(last.status, 409);
});

void test('lists go on behind their last row, and narrow to what was asked for', async () => {
  const { hub, root, bob } = await openWatchedHub();
  await using _hub = hub;
  for (let n = 0; n < 51; n += 1)
    await hub.modules.identity.createUser(OPERATOR, {
      ...{ name: `member-${n}`, email: `member-${n}@example.org`, administrator: false },
    });
  const first = await root.open('/security/users');
  const [, next = ''] = /href="([^"]*after=[^"]*)"/.exec(first.body) ?? [];
  const second = await root.open(next.replaceAll('&amp;', '&'));
  const namesIn = (body: string): string[] =>
    [...body.matchAll(/href="\/security\/users\/([^"?]+)"/g)].map(([, name = '']) => name);
  const all = [...namesIn(first.body), ...namesIn(second.body)];
  assert.equal(namesIn(first.body).length, 50);
  assert.deepEqual([all.length, new Set(all).size], [53, 53]);
  assert.deepEqual(namesIn((await root.open('/security/users?name=BO')).body).toSorted(), ['bob', 'boss']);
  assert.deepEqual(namesIn((await root.open('/security/users?only=administrators')).body), ['boss']);
  const by = await root.open('/security/ledger?actor=boss');
  assert.match(by.body, /session\.begun/);
  assert.doesNotMatch(by.body, /account\.created/);
  // Who may not see it learns of nobody whether they are there.
  const refused = await Promise.all(
    ['boss', 'nobody'].map((name) => bob.open(`/security/ledger?actor=${name}`)),
  );
  assert.deepEqual(
    refused.map(({ status }) => status),
    [403, 403],
  );
  assert.match((await root.open('/security/ledger?actor=nobody')).body, /There is no user of this name/);
  assert.match((await root.open('/security/ledger?kind=account.')).body, /account\.created/);
  assert.equal((await root.open('/security/ledger?cursor=nonsense')).status, 400);
});

void test('what happens is counted by the hour and by the Space, as often as its entries say', async () => {
  const { hub, root } = await openWatchedHub();
  await using _hub = hub;
  const { actor } = await visitAs(hub, 'boss');
  const by = { actor: 'anonymous', credential: '' };
  const { id: space } = await hub.addRepo('bob/demo', { type: 'space', sdk: 'gradio' });
  await hub.database.db.transaction(async (tx) => {
    for (const [kind, count] of [
      ['refusal.noted', 1],
      ['refusal.repeated', 40],
    ] as const)
      await record(tx, { kind, subject: 'instance', ...by, body: { code: 'x', count } });
    const body = { run: '1', host: 'evil.example', why: 'not listed', count: 7 };
    await record(tx, { kind: 'space.egress-refused', subject: `repo:${space}`, ...by, body });
  });
  const { hours, back } = await hub.modules.centre.tally.listHours(actor, 24);
  assert.equal(hours.length, 24);
  const sum = (name: 'signIns' | 'refusals' | 'doorRefusals' | 'secretUses'): number =>
    hours.reduce((total, hour) => total + hour[name], 0);
  assert.deepEqual([sum('signIns'), sum('refusals'), sum('doorRefusals'), sum('secretUses')], [4, 41, 7, 0]);
  assert.ok(Object.values(back).every((one) => one === undefined));
  assert.match((await root.open('/security')).body, /<b>41<\/b>/);
  const [traffic] = (await hub.modules.centre.traffic.list(actor, { limit: 10 })).items;
  assert.deepEqual([traffic?.name, traffic?.refusals], ['bob/demo', 7]);
  await assert.rejects(hub.modules.centre.tally.listHours((await visitAs(hub, 'bob')).actor, 1));
});
