// A code that was seen, of the app or a recovery code, is good once: not again, not at the same time, not by going back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { codeOf } from '../harness/second-factor.ts';
import { BROWSER, PASSWORD, signInAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

async function withFactor(hub: ServedHub) {
  const { sessions, secondFactors, signIn } = hub.modules;
  const { value } = await signInAs(hub, 'alice');
  const visit = await sessions.find(value.reveal('to set it up'));
  assert.ok(visit);
  const { actor, account } = visit;
  const { key } = await secondFactors.begin(actor, account.id, { user: 'alice', host: 'hub' });
  const codes = await secondFactors.confirm(actor, account.id, codeOf(key, hub.now()));
  const half = async (): Promise<string> => {
    const outcome = await signIn.withPassword({ name: 'alice', password: PASSWORD }, BROWSER);
    assert.equal(outcome.kind, 'half', 'the password alone opens nothing');
    return outcome.kind === 'half' ? outcome.half : '';
  };
  const finish = async (code: string): Promise<string> =>
    await signIn.withCode(await half(), code, BROWSER).then(
      () => 'signed in',
      (error: unknown) => (isFault(error) ? error.code : Promise.reject(error)),
    );
  return { key, codes, half, finish, account, actor };
}

void test('a code of the app is good once, also against the one it was set up with', async () => {
  await using hub = await openServedHub({ vault: true });
  const { key, finish } = await withFactor(hub);
  assert.equal(await finish(codeOf(key, hub.now())), 'second-factor.code-wrong', 'it confirmed the set-up');
  hub.passTime(1);
  const code = codeOf(key, hub.now());
  assert.equal(await finish(code), 'signed in');
  assert.equal(await finish(code), 'second-factor.code-wrong');
  const before = codeOf(key, new Date(hub.now().getTime() - 30_000));
  assert.equal(await finish(before), 'second-factor.code-wrong', 'an earlier one does not come back');
});

void test('of many who show one code at the same time, one gets in', async () => {
  await using hub = await openServedHub({ vault: true });
  const { key, codes, half } = await withFactor(hub);
  hub.passTime(1);
  for (const code of [codeOf(key, hub.now()), codes[0] ?? '']) {
    const halves = await Promise.all(Array.from({ length: 5 }, half));
    const outcomes = await Promise.allSettled(
      halves.map((one, n) =>
        hub.modules.signIn.withCode(one, code, { ...BROWSER, address: `198.51.100.${n}` }),
      ),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  }
});

void test('a recovery code is good once, in any spelling, and none is of another user', async () => {
  await using hub = await openServedHub({ vault: true });
  const { codes, finish, account } = await withFactor(hub);
  const [code = '', other = ''] = codes;
  assert.equal(await finish(code.toUpperCase().replace('-', ' ')), 'signed in');
  assert.equal(await finish(code), 'second-factor.code-wrong');
  await assert.rejects(
    hub.modules.pool.query('update sessions.recovery_code set used_at = null'),
    /stays used/,
    'as the hub',
  );
  assert.equal(await finish(code), 'second-factor.code-wrong');
  await using behind = openSuperuserPool(hub.database);
  const { rows } = await behind.pool.query<{ digest: string }>('select digest from sessions.recovery_code');
  assert.ok(
    rows.every(({ digest }) => !digest.includes(other.slice(0, 5))),
    'no code is stored',
  );
  const bob = await signInAs(hub, 'bob');
  assert.notEqual(bob.session.userId, account.id);
  assert.equal(await hub.modules.secondFactors.take(bob.session.userId, other), undefined);
});

void test('who writes the table can neither bring a code back nor give one account the seed of another', async () => {
  await using hub = await openServedHub({ vault: true });
  const { key, finish, account } = await withFactor(hub);
  await using behind = openSuperuserPool(hub.database);
  await assert.rejects(
    hub.modules.pool.query(`update sessions.second_factor set last_step = 0`),
    /stays taken/,
  );
  const bob = await signInAs(hub, 'bob');
  await behind.pool.query(
    `insert into sessions.second_factor select '${bob.session.userId}', seed, 0, now(), in_vault, enrolment from sessions.second_factor`,
  );
  hub.passTime(1);
  await assert.rejects(hub.modules.secondFactors.take(bob.session.userId, codeOf(key, hub.now())));
  const { rows } = await behind.pool.query<{ seed: Buffer }>(
    `select seed from sessions.second_factor where user_id = '${account.id}'`,
  );
  assert.ok(!rows[0]?.seed.includes(key.replaceAll(' ', '')));
  assert.equal(await finish(codeOf(key, hub.now())), 'signed in');
});

void test('guesses at the second factor end, from however many addresses they come', async () => {
  await using hub = await openServedHub({ vault: true });
  // A vault that was just started lets fewer through than the hub.
  hub.passTime(60);
  const { key, half } = await withFactor(hub);
  const note = await half();
  const outcomes: string[] = [];
  for (let guess = 0; guess < 23; guess += 1)
    outcomes.push(
      await hub.modules.signIn.withCode(note, '000000', { ...BROWSER, address: `198.51.100.${guess}` }).then(
        () => 'in',
        (error: unknown) => (isFault(error) ? error.code : 'bug'),
      ),
    );
  assert.deepEqual(outcomes.slice(19), [
    'second-factor.code-wrong',
    'sign-in.throttled',
    'sign-in.throttled',
    'sign-in.throttled',
  ]);
  assert.ok(key);
});

void test('half a sign-in is worth nothing when it is forged, old, or from before the password changed', async () => {
  await using hub = await openServedHub({ vault: true });
  const { half, codes, actor, account } = await withFactor(hub);
  const code = codes[0] ?? '';
  const note = await half();
  const [id = '', time = '', nonce = '', signature = ''] = note.split('.');
  const refused = async (text: string): Promise<void> => {
    await assert.rejects(hub.modules.signIn.withCode(text, code, BROWSER), (error) =>
      isFault(error, 'sign-in.half-missing'),
    );
  };
  for (const forged of [
    '',
    'x',
    `${id}.${Number(time) + 1}.${nonce}.${signature}`,
    `${'0'.repeat(24)}.${time}.${nonce}.${signature}`,
  ])
    await refused(forged);
  await hub.modules.passwords.change(actor, account.id, 'quite another password');
  await refused(note);
});
