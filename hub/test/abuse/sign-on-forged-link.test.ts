// Who can write the database ties nobody's account to themselves at the issuer: links are sealed, and one that was undone does not
// come back. Links from before there were seals are sealed once, and the hub's role adds none to them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OPERATOR } from '../harness/served-hub.ts';
import { openSignedOnHub, signOn, type SignedOnHub } from '../harness/signed-on-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const LINK = 'insert into sso.link (id, issuer, subject, user_id, created_at, mac) values';

interface Scene {
  readonly issuer: string;
  readonly boss: string;
}

/** An administrator who signs on, and somebody else of whom the issuer knows. */
async function openScene(it: SignedOnHub): Promise<Scene> {
  const { identity, pool } = it.hub.modules;
  await identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  it.issuer.people.set('mallory', { email: 'mallory@example.org', preferred_username: 'mallory' });
  it.issuer.people.set('ada', { email: 'ada@example.org', preferred_username: 'ada' });
  await signOn(new TestBrowser(it.hub), 'ada');
  const { rows } = await pool.query<Scene>(
    `select issuer, (select id from identity.account where name = 'boss') as boss from sso.link`,
  );
  const [scene] = rows;
  assert.ok(scene !== undefined);
  return scene;
}

async function whoIs(it: SignedOnHub, person: string): Promise<string> {
  const browser = new TestBrowser(it.hub);
  await signOn(browser, person);
  return (await it.hub.modules.sessions.find(browser.cookie('session') ?? ''))?.account.name ?? 'nobody';
}

void test('a link that the hub did not seal ties nobody to an account, and is in the way of nobody', async () => {
  await using it = await openSignedOnHub('open');
  const { issuer, boss } = await openScene(it);
  const { pool } = it.hub.modules;
  await pool.query(`${LINK} ($1, $2, 'mallory', $3, now(), (select mac from sso.link limit 1))`, [
    ...['0'.repeat(24), issuer, boss],
  ]);
  assert.equal(await it.hub.modules.singleSignOn?.isConnected(boss as never), false);
  assert.equal(await whoIs(it, 'mallory'), 'mallory', 'an account of their own');
  assert.equal(await whoIs(it, 'mallory'), 'mallory');
});

void test('no field of a sealed link can be another', async () => {
  await using it = await openSignedOnHub('invitation');
  await using behind = openSuperuserPool(it.hub.database);
  const { pool, identity, invitations } = it.hub.modules;
  it.issuer.people.set('ada', { email: 'ada@example.org', preferred_username: 'ada' });
  it.issuer.people.set('mallory', { email: 'mallory@example.org', preferred_username: 'mallory' });
  await identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  const { text } = await invitations.invite(OPERATOR, { email: 'ada@example.com' });
  await signOn(new TestBrowser(it.hub), 'ada', `/join/${text.reveal('to join')}`);
  assert.equal(await whoIs(it, 'ada'), 'ada');
  await assert.rejects(pool.query(`update sso.link set user_id = user_id`), /permission denied/);
  const changes = [
    [`user_id = (select id from identity.account where name = 'boss')`, 'ada'],
    [`subject = 'mallory'`, 'mallory'],
    [`id = '${'1'.repeat(24)}'`, 'ada'],
    [`created_at = created_at - interval '1 second'`, 'ada'],
  ] as const;
  const { rows } = await pool.query<Record<string, unknown>>('select * from sso.link');
  const kept = ['id', 'subject', 'user_id', 'created_at'].map((name) => rows[0]?.[name]);
  for (const [change, person] of changes) {
    await behind.pool.query(`update sso.link set ${change}`);
    assert.equal(await whoIs(it, person), 'nobody', change);
    await behind.pool.query(
      'update sso.link set (id, subject, user_id, created_at) = ($1, $2, $3, $4)',
      kept,
    );
    assert.equal(await whoIs(it, 'ada'), 'ada', `as it was before ${change}`);
  }
});

void test('a link that was undone is not put in again with the seal that it had', async () => {
  await using it = await openSignedOnHub('open');
  await openScene(it);
  const { pool, identity, singleSignOn } = it.hub.modules;
  const { rows } = await pool.query<Record<string, unknown>>('select * from sso.link');
  const ada = await identity.findByName('ada');
  assert.ok(ada);
  const [row = {}] = rows;
  const values = ['id', 'issuer', 'subject', 'user_id', 'created_at', 'mac'].map((name) => row[name]);
  // Who looked before sees the world as it was for as long as they please.
  const old = await pool.connect();
  await old.query('begin isolation level repeatable read');
  await old.query('select from sso.link');
  await singleSignOn?.disconnectUser(OPERATOR, ada.id);
  await assert.rejects(old.query(`${LINK} ($1, $2, $3, $4, $5, $6)`, values), /link_taken_pkey/);
  old.release(true);
  await assert.rejects(pool.query(`${LINK} ($1, $2, $3, $4, $5, $6)`, values), /link_taken_pkey/);
  await assert.rejects(pool.query('delete from sso.link_taken'), /permission denied/);
  assert.equal(await singleSignOn?.isConnected(ada.id), false);
});

void test('hubs that begin at once serve nobody before all links are sealed, and what ends is on the ledger', async () => {
  await using it = await openSignedOnHub('open');
  await using behind = openSuperuserPool(it.hub.database);
  const { issuer, boss } = await openScene(it);
  const { pool, singleSignOn } = it.hub.modules;
  const before = `insert into sso.link_before (issuer, subject, user_id, created_at)`;
  await behind.pool.query(
    `${before} select 'https://i-' || n, 'b', $1, now() from generate_series(1, 450) n`,
    [boss],
  );
  // Somebody else has this name by now.
  await behind.pool.query(`${before} values ($1, 'ada', $2, now())`, [issuer, boss]);
  const begin = async (): Promise<number | null> => {
    await singleSignOn?.sealBefore();
    return (await pool.query('select from sso.link_before')).rowCount;
  };
  assert.deepEqual(await Promise.all([begin(), begin()]), [0, 0]);
  const { rows } = await pool.query<{ kind: string; n: number }>(
    `select kind, count(*)::int as n from ledger.entry where actor = 'system:sso' group by kind order by kind`,
  );
  const [ended, sealed] = ['account.sign-on-disconnected', 'account.sign-on-sealed'];
  assert.deepEqual(rows, [
    { kind: ended, n: 1 },
    { kind: sealed, n: 450 },
  ]);
});

void test('links from before there were seals are sealed at the start, are on the ledger, and get no company', async () => {
  await using it = await openSignedOnHub('open');
  await using behind = openSuperuserPool(it.hub.database);
  const { issuer, boss } = await openScene(it);
  const { pool, singleSignOn } = it.hub.modules;
  const before = `insert into sso.link_before (issuer, subject, user_id, created_at) values ($1, 'boss', $2, now())`;
  await assert.rejects(pool.query(before, [issuer, boss]), /permission denied/);
  await behind.pool.query(before, [issuer, boss]);
  it.issuer.people.set('boss', { email: 'boss@example.net', preferred_username: 'other' });
  await singleSignOn?.sealBefore();
  assert.equal(await whoIs(it, 'boss'), 'boss');
  const { rows } = await pool.query(`select subject from ledger.entry where kind = 'account.sign-on-sealed'`);
  assert.deepEqual(rows, [{ subject: `account:${boss}` }]);
  assert.equal((await pool.query('select 1 from sso.link_before')).rowCount, 0);
  await singleSignOn?.sealBefore();
  assert.equal(await whoIs(it, 'ada'), 'ada', 'others are as they were');
});
