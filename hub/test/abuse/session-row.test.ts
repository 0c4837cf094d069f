// Who can write the table of sessions, and nothing else, can neither make a session, nor move it to another user, nor
// prolong one, nor make its proof fresh; and an ended one stays ended.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub } from '../harness/served-hub.ts';
import { signInAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

void test('a session whose row was altered is nobody', async () => {
  await using hub = await openServedHub();
  await using behind = openSuperuserPool(hub.database);
  await hub.addUser('bob');
  const changes = [
    `user_id = (select id from identity.account where name = 'bob')`,
    `proved_at = now() + interval '1 minute'`,
    `expires_at = now() + interval '1 year'`,
    `began_at = began_at - interval '1 second'`,
    `proofs = '{}'`,
    `id = '${'0'.repeat(24)}'`,
  ];
  for (const change of changes) {
    const { session, value } = await signInAs(hub, 'alice');
    const text = value.reveal('to use it in a test');
    assert.ok(await hub.modules.sessions.find(text));
    const { rowCount } = await behind.pool.query(
      `update sessions.session set ${change} where id = '${session.id}'`,
    );
    assert.equal(rowCount, 1);
    assert.equal(await hub.modules.sessions.find(text), undefined, change);
  }
});

void test('the role of the hub brings no session back and changes no field that counts', async () => {
  await using hub = await openServedHub();
  const { sessions, pool } = hub.modules;
  const { session, value } = await signInAs(hub, 'alice');
  const visit = await sessions.find(value.reveal('to use it in a test'));
  assert.ok(visit);
  await sessions.end(visit.actor, visit.account.id, session.id);
  await assert.rejects(
    pool.query(`update sessions.session set ended_at = null where id = '${session.id}'`),
    /stays ended/,
  );
  await assert.rejects(
    pool.query(`update sessions.session set user_id = user_id where id = '${session.id}'`),
    /permission denied/,
  );
  // Deleted, it could be inserted again as it was before it ended, with the seal that it had.
  await assert.rejects(
    pool.query(`delete from sessions.session where id = '${session.id}'`),
    /kept until it expires/,
  );
  await sessions.flush();
  const { rowCount } = await pool.query('select 1 from sessions.session where ended_at is not null');
  assert.equal(rowCount, 1, 'and cleaning up leaves it');
});

void test('a session that expired is removed, by the clock of the database', async () => {
  await using hub = await openServedHub();
  await using behind = openSuperuserPool(hub.database);
  const { sessions } = hub.modules;
  const left = async () => (await behind.pool.query('select 1 from sessions.session')).rowCount;
  await signInAs(hub, 'alice');
  await signInAs(hub, 'alice');
  hub.passTime(60 * 24 * 32);
  await sessions.flush();
  assert.equal(await left(), 2, 'not by that of a hub that is ahead');
  const one = 'select id from sessions.session limit 1';
  await behind.pool.query(
    `update sessions.session set expires_at = now() - interval '1 second' where id = (${one})`,
  );
  await sessions.flush();
  assert.equal(await left(), 1);
});
