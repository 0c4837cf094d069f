// Somebody who knows the old password gets no session that outlives its change, however they time their sign-in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isFault } from '@holdfast/kernel/fault';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const OTHER = 'another long password';

void test('a sign-in that was under way while the password changed is refused', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const { identity, signIn } = hub.modules;
  // Somebody must be left to administer the instance.
  await hub.addUser('ruth');
  await identity.setAdministrator(OPERATOR, 'ruth', true);
  const changes = {
    password: () => identity.setPassword(OPERATOR, 'alice', OTHER),
    right: () => identity.setAdministrator(OPERATOR, 'alice', true),
    account: () => identity.disableUser(OPERATOR, 'alice'),
  };
  for (const [what, change] of Object.entries(changes)) {
    const password = what === 'password' ? PASSWORD : OTHER;
    const outcome = await whileTriesWait(
      hub,
      () =>
        signIn.withPassword({ name: 'alice', password }, BROWSER).then(
          () => 'signed in',
          (error: unknown) => (isFault(error, 'sign-in.failed') ? 'refused' : error),
        ),
      change,
    );
    assert.equal(outcome, 'refused', what);
  }
});

void test('a proof that was under way while the password changed renews nothing', async () => {
  await using hub = await openServedHub();
  const { value } = await signInAs(hub, 'alice');
  const { identity, sessions, passwords } = hub.modules;
  const visit = await sessions.find(value.reveal('to use it in a test'));
  const row = await passwords.check(await passwords.find('alice'), PASSWORD, 'known');
  assert.ok(visit && row);
  await identity.setPassword(OPERATOR, 'alice', OTHER);
  for (const known of [row, await passwords.find('alice')]) {
    assert.ok(known);
    await assert.rejects(sessions.renew(visit, { row: known, proofs: ['password'] }, BROWSER), (error) =>
      isFault(error, 'session.missing'),
    );
  }
});

/** Begins something that counts a try, has it wait there while something else happens, and gives what it comes to. */
async function whileTriesWait<Result>(
  hub: ServedHub,
  begin: () => Promise<Result>,
  meanwhile: () => Promise<unknown>,
): Promise<Result> {
  await using locks = openSuperuserPool(hub.database);
  await using watch = openSuperuserPool(hub.database);
  const holder = await locks.pool.connect();
  try {
    await holder.query('begin; lock table sessions.try');
    const begun = begin();
    const waiting = `select 1 from pg_locks where relation = 'sessions.try'::regclass and not granted`;
    while ((await watch.pool.query(waiting)).rowCount === 0) await wait(5);
    await meanwhile();
    await holder.query('commit');
    return await begun;
  } finally {
    holder.release();
  }
}
