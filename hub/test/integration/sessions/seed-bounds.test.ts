// What keeps seeds of second factors apart and tries at their codes few: a number of each seed, rows that somebody altered, and limits of
// one user over all their browsers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { mintSeed } from '@holdfast/kernel/one-time-code';
import { newId, type Id } from '@holdfast/kernel/id';
import { FactorWriter } from '../../../src/modules/sessions/factor-store.ts';
import { codeOf } from '../../harness/second-factor.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { BROWSER, signInAs, visitAs } from '../../harness/sign-in.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const LIMIT = { timeout: 120_000 };

async function setUp(hub: ServedHub, name: string) {
  const { actor, account } = await visitAs(hub, name);
  const { secondFactors } = hub.modules;
  const { key } = await secondFactors.begin(actor, account.id, { user: name, host: 'hub' });
  await secondFactors.confirm(actor, account.id, codeOf(key, hub.now()));
  return { key, actor, id: account.id };
}

async function seedOf(hub: ServedHub, id: Id): Promise<Buffer> {
  const text = 'select seed from sessions.second_factor where user_id = $1';
  return (await hub.modules.pool.query<{ seed: Buffer }>(text, [id])).rows[0]?.seed ?? Buffer.of();
}

void test('a seed that was replaced neither opens again nor confirms another', LIMIT, async () => {
  await using hub = await openServedHub({ vault: true });
  const { secondFactors, pool, db } = hub.modules;
  const { key, actor, id } = await setUp(hub, 'alice');
  const before = await seedOf(hub, id);
  const countMade = async (): Promise<number | null> =>
    (await pool.query(`select 1 from ledger.entry where kind = 'secret.seed-made'`)).rowCount;
  await assert.rejects(secondFactors.begin(actor, id, { user: 'alice', host: 'hub' }), (error) =>
    isFault(error, 'second-factor.present'),
  );
  assert.equal(await countMade(), 1, 'the vault was not asked for what is refused');
  await secondFactors.remove(actor, id);
  await secondFactors.begin(actor, id, { user: 'alice', host: 'hub' });
  const now = hub.now();
  const name = { userId: id, enrolment: newId(now) };
  assert.ok(!(await db.transaction((tx) => new FactorWriter(tx).takeStep(name, 1, now))), 'of another seed');
  await pool.query('update sessions.second_factor set seed = $1 where user_id = $2', [before, id]);
  await assert.rejects(secondFactors.confirm(actor, id, codeOf(key, now)), /of another time, or was changed/);
});

void test(
  'rows that somebody altered are refused at once, and keep nobody else from anything',
  LIMIT,
  async () => {
    await using hub = await openServedHub({ vault: true });
    const { secondFactors, pool, keys } = hub.modules;
    const { vault } = hub;
    assert.ok(vault);
    const [alice, bob] = [await setUp(hub, 'alice'), await setUp(hub, 'bob')];
    await using behind = openSuperuserPool(hub.database);
    await pool.query('update sessions.second_factor set seed = $1 where user_id = $2', [
      Buffer.alloc(300),
      alice.id,
    ]);
    await assert.rejects(
      secondFactors.take(alice.id, codeOf(alice.key, hub.now())),
      /a seed was changed in the database/,
    );
    await vault.rotate();
    assert.equal((await seedOf(hub, alice.id)).length, 300, 'what is no seed is left where it is');
    hub.passTime(1);
    assert.equal(await secondFactors.take(bob.id, codeOf(bob.key, hub.now())), 'totp');
    await behind.pool.query(`delete from vault.space_key where space = 'seeds'`);
    await vault.rotate();
    const { rowCount } = await behind.pool.query(`select 1 from vault.space_key`);
    assert.equal(rowCount, 0, 'the key before goes with the one that is gone');

    const olds = [];
    for (const name of ['carl', 'dora']) {
      const { userId } = (await signInAs(hub, name)).session;
      olds.push(userId);
      await pool.query(
        'insert into sessions.second_factor (user_id, seed, last_step, confirmed_at) values ($1, $2, 0, now())',
        [userId, keys.seal('totp-seed', mintSeed(), userId)],
      );
    }
    const [first = '', second] = olds.toSorted();
    await behind.pool.query(`
    create function public.fail_one() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
    create trigger fail_one before insert on ledger.entry for each row
      when (new.kind = 'secret.seed-made' and new.subject = 'account:${first}') execute function public.fail_one()`);
    await secondFactors.moveSeeds(new AbortController().signal);
    const { rows } = await pool.query<{ user_id: string }>(
      `select user_id from sessions.second_factor where in_vault and user_id = any($1)`,
      [olds],
    );
    assert.deepEqual(rows, [{ user_id: second }], 'the next is taken although one cannot be');
  },
);

void test(
  'codes are tried so often by one user: to set one up, and over all known browsers',
  LIMIT,
  async () => {
    await using hub = await openServedHub();
    const { secondFactors, throttle, passwords } = hub.modules;
    const { actor, account } = await visitAs(hub, 'alice');
    const { key } = await secondFactors.begin(actor, account.id, { user: 'alice', host: 'hub' });
    const right = codeOf(key, hub.now());
    const wrong = right === '000000' ? '000001' : '000000';
    const confirm = async (code: string): Promise<string> =>
      await secondFactors.confirm(actor, account.id, code).then(
        () => 'confirmed',
        (error: unknown) => (isFault(error) ? error.code : Promise.reject(error)),
      );
    for (let n = 0; n < 10; n += 1) assert.equal(await confirm(wrong), 'second-factor.code-wrong');
    assert.equal(await confirm(right), 'sign-in.throttled');

    const row = await passwords.find('alice');
    assert.ok(row);
    const isLetThrough = async (known: string): Promise<boolean> =>
      await throttle.beginCode(row, { ...BROWSER, known }, 'code').then(
        () => true,
        (error: unknown) => (isFault(error, 'sign-in.throttled') ? false : Promise.reject(error)),
      );
    const marks = Array.from({ length: 5 }, () => throttle.recognise(row));
    for (const mark of marks.slice(0, 4)) for (let n = 0; n < 5; n += 1) assert.ok(await isLetThrough(mark));
    assert.ok(!(await isLetThrough(marks[4] ?? '')), 'another browser gives no more tries');
  },
);
