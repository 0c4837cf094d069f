// Second factors whose seeds the vault has: set up, used, moved there from before, kept over rotations; and what is said when the vault is
// not there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { mintSeed } from '@holdfast/kernel/one-time-code';
import { type Id } from '@holdfast/kernel/id';
import { spellSeed } from '../../../src/modules/sessions/totp.ts';
import { codeOf } from '../../harness/second-factor.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs, visitAs } from '../../harness/sign-in.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const LIMIT = { timeout: 120_000 };

/** A version of what is no Space, replaced, whose overlap is over. */
const OVER = `insert into vault.version (id, space, name, n, way, hosts, places, description, bytes, value, live_until)
  values ('0123456789abcdef01234567', 'seeds', 'OLD', 1, 'variable', '{}', '[]', '', 1, 'x', now() - interval '1 minute')`;

interface Row {
  readonly seed: Buffer;
  readonly in_vault: boolean;
}

async function rowOf(hub: ServedHub, userId: Id): Promise<Row | undefined> {
  const text = 'select seed, in_vault from sessions.second_factor where user_id = $1';
  return (await hub.modules.pool.query<Row>(text, [userId])).rows[0];
}

async function setUp(hub: ServedHub, name: string) {
  const { actor, account } = await visitAs(hub, name);
  const { secondFactors } = hub.modules;
  const { key } = await secondFactors.begin(actor, account.id, { user: name, host: 'hub' });
  const codes = await secondFactors.confirm(actor, account.id, codeOf(key, hub.now()));
  return { key, codes, id: account.id };
}

/** Signs in with password and code; gives how it went. */
async function tryCode(hub: ServedHub, name: string, code: string): Promise<string> {
  const { signIn } = hub.modules;
  const outcome = await signIn.withPassword({ name, password: PASSWORD }, BROWSER);
  const half = outcome.kind === 'half' ? outcome.half : '';
  return await signIn.withCode(half, code, BROWSER).then(
    () => 'signed in',
    (error: unknown) => (isFault(error) ? error.code : Promise.reject(error)),
  );
}

/** A second factor as it was kept before there was a vault: confirmed, and sealed by the hub's key. */
async function setUpAsBefore(hub: ServedHub, name: string): Promise<{ key: string; id: Id }> {
  const { userId: id } = (await signInAs(hub, name)).session;
  const seed = mintSeed();
  await hub.modules.pool.query(
    'insert into sessions.second_factor (user_id, seed, last_step, confirmed_at) values ($1, $2, 0, now())',
    [id, hub.modules.keys.seal('totp-seed', seed, id)],
  );
  return { key: spellSeed(seed), id };
}

void test(
  'the vault makes the seed and checks the codes, each once, and its making is on its ledger',
  LIMIT,
  async () => {
    await using hub = await openServedHub({ vault: true });
    const { key, id } = await setUp(hub, 'alice');
    const row = await rowOf(hub, id);
    assert.equal(row?.in_vault, true);
    assert.throws(() => hub.modules.keys.open('totp-seed', row.seed, id), 'the hub has no key to it');
    hub.passTime(1);
    const code = codeOf(key, hub.now());
    assert.equal(await tryCode(hub, 'alice', code), 'signed in');
    assert.equal(await tryCode(hub, 'alice', code), 'second-factor.code-wrong', 'it was taken');
    const { rows } = await hub.modules.pool.query<{ writer: string; subject: string }>(
      `select writer, subject from ledger.entry where kind = 'secret.seed-made'`,
    );
    assert.deepEqual(rows, [{ writer: hub.database.vault.user, subject: `account:${id}` }]);
  },
);

void test(
  'seeds from before go to the vault with the next code, or by themselves, and work on',
  LIMIT,
  async () => {
    await using hub = await openServedHub({ vault: true });
    const [ada, bob, eve] = [
      await setUpAsBefore(hub, 'ada'),
      await setUpAsBefore(hub, 'bob'),
      await setUpAsBefore(hub, 'eve'),
    ];
    assert.equal(await tryCode(hub, 'ada', codeOf(ada.key, hub.now())), 'signed in');
    assert.equal((await rowOf(hub, ada.id))?.in_vault, true);
    assert.equal((await rowOf(hub, bob.id))?.in_vault, false);
    // One that somebody altered stays where it is, and keeps nobody else's.
    await hub.modules.pool.query(`update sessions.second_factor set seed = 'x' where user_id = $1`, [ada.id]);
    await hub.modules.pool.query(`update sessions.second_factor set in_vault = false where user_id = $1`, [
      ada.id,
    ]);
    await hub.modules.secondFactors.moveSeeds(new AbortController().signal);
    for (const { key, id, name } of [
      { ...bob, name: 'bob' },
      { ...eve, name: 'eve' },
    ]) {
      const row = await rowOf(hub, id);
      assert.equal(row?.in_vault, true);
      assert.throws(() => hub.modules.keys.open('totp-seed', row.seed, id));
      assert.equal(await tryCode(hub, name, codeOf(key, hub.now())), 'signed in');
    }
    await assert.rejects(tryCode(hub, 'ada', codeOf(ada.key, hub.now())));
  },
);

void test(
  'while the vault is sealed or away it is said, nothing counts as a wrong try, and nothing is lost',
  LIMIT,
  async () => {
    await using hub = await openServedHub({ vault: true });
    const { vault } = hub;
    assert.ok(vault);
    const [{ key, codes }, old] = [await setUp(hub, 'alice'), await setUpAsBefore(hub, 'bob')];
    hub.passTime(1);
    const browser = new TestBrowser(hub);
    const half = await browser.signIn('alice', PASSWORD);
    vault.seal();
    for (const [language, said] of [
      ['en', /the vault is sealed\. A recovery code or a passkey works/],
      ['pt', /o cofre está selado\. Um código de recuperação ou uma chave de acesso serve/],
    ] as const) {
      const sent = { code: codeOf(key, hub.now()) };
      const answer = await browser.send(half.location, sent, { 'accept-language': language });
      assert.equal(answer.status, 503);
      assert.match(answer.body, said);
    }
    for (let n = 0; n < 8; n += 1) {
      assert.equal(await tryCode(hub, 'alice', '123456'), 'second-factor.vault-sealed');
      assert.equal(await tryCode(hub, 'bob', codeOf(old.key, hub.now())), 'second-factor.vault-sealed');
    }
    await hub.modules.secondFactors.moveSeeds(new AbortController().signal);
    assert.equal(await tryCode(hub, 'alice', codes[0] ?? ''), 'signed in');
    const { actor, account } = await visitAs(hub, 'carol');
    await assert.rejects(
      hub.modules.secondFactors.begin(actor, account.id, { user: 'carol', host: 'hub' }),
      (error) => isFault(error, 'second-factor.vault-sealed'),
    );
    await vault.unseal();
    // The half of a sign-in that was begun before is still good.
    assert.equal((await browser.send(half.location, { code: codeOf(key, hub.now()) })).location, '/account');
    assert.equal(await tryCode(hub, 'bob', codeOf(old.key, hub.now())), 'signed in');
    hub.passTime(1);
    vault.leave();
    assert.equal(await tryCode(hub, 'alice', codeOf(key, hub.now())), 'second-factor.vault-away');
    assert.equal(await tryCode(hub, 'alice', codes[1] ?? ''), 'signed in');
  },
);

void test(
  'a rotation encrypts seeds anew; one that was sealed just before is good until the next',
  LIMIT,
  async () => {
    await using hub = await openServedHub({ vault: true });
    const { vault } = hub;
    assert.ok(vault);
    const { key, id } = await setUp(hub, 'alice');
    await using behind = openSuperuserPool(hub.database);
    const write = async (seed: Buffer): Promise<unknown> =>
      await behind.pool.query('update sessions.second_factor set seed = $1 where user_id = $2', [seed, id]);
    // Of another user: what does not open keeps nothing from being rotated.
    const { id: other } = await setUp(hub, 'bob');
    await behind.pool.query(`update sessions.second_factor set seed = 'x' where user_id = $1`, [other]);
    const before = await rowOf(hub, id);
    await vault.rotate();
    const after = await rowOf(hub, id);
    assert.ok(before && after && !after.seed.equals(before.seed));
    hub.passTime(1);
    assert.equal(await tryCode(hub, 'alice', codeOf(key, hub.now())), 'signed in');
    await write(before.seed);
    hub.passTime(1);
    assert.equal(await tryCode(hub, 'alice', codeOf(key, hub.now())), 'signed in');
    await vault.rotate();
    const last = await rowOf(hub, id);
    assert.ok(last && !last.seed.equals(before.seed), 'it was encrypted anew, too');
    hub.passTime(1);
    assert.equal(await tryCode(hub, 'alice', codeOf(key, hub.now())), 'signed in');
    await write(before.seed);
    hub.passTime(1);
    await assert.rejects(
      tryCode(hub, 'alice', codeOf(key, hub.now())),
      'the key that could read it is destroyed',
    );
    const { rows } = await behind.pool.query<{ generation: number }>(
      'select generation from vault.space_key',
    );
    assert.deepEqual(
      rows.map(({ generation }) => generation),
      [3, 3],
    );
  },
);

void test(
  'rows of the database that call the seeds a Space get them no other key: every second factor works on',
  LIMIT,
  async () => {
    await using hub = await openServedHub({ vault: true });
    assert.ok(hub.vault);
    const { key } = await setUp(hub, 'alice');
    await using behind = openSuperuserPool(hub.database);
    const keys = async (): Promise<unknown> =>
      (await behind.pool.query('select space, wrapped from vault.space_key order by space')).rows;
    // A secret of it whose overlap is over, and the mark of a key that something deleted was under.
    await behind.pool.query(`update vault.space_key set renew_since = now()`);
    await behind.pool.query(OVER);
    const before = await keys();
    await hub.vault.sweep();
    assert.deepEqual(await keys(), before);
    hub.passTime(1);
    assert.equal(await tryCode(hub, 'alice', codeOf(key, hub.now())), 'signed in');
  },
);

void test(
  'who lost a second factor with the root key is told, and sets it up anew behind a recovery code; nothing less lets them in',
  LIMIT,
  async () => {
    await using hub = await openServedHub({ vault: true });
    const { key, codes, id } = await setUp(hub, 'alice');
    hub.passTime(1);
    await hub.vault?.lose();
    assert.equal(await tryCode(hub, 'alice', codeOf(key, hub.now())), 'second-factor.vault-sealed');
    await hub.vault?.beginAnew();
    assert.equal(await tryCode(hub, 'alice', codeOf(key, hub.now())), 'second-factor.lost');
    assert.equal(await tryCode(hub, 'alice', '000000'), 'second-factor.lost');
    const { signIn, sessions, secondFactors } = hub.modules;
    const outcome = await signIn.withPassword({ name: 'alice', password: PASSWORD }, BROWSER);
    assert.equal(outcome.kind, 'half', 'the password alone signs nobody in');
    const half = outcome.kind === 'half' ? outcome.half : '';
    const { value } = await signIn.withCode(half, codes[0] ?? '', BROWSER);
    const visit = await sessions.find(value.reveal('to act as a browser does'));
    assert.ok(visit !== undefined);
    await secondFactors.remove(visit.actor, id);
    const again = await secondFactors.begin(visit.actor, id, { user: 'alice', host: 'hub' });
    await secondFactors.confirm(visit.actor, id, codeOf(again.key, hub.now()));
    hub.passTime(1);
    assert.equal(
      await tryCode(hub, 'alice', codeOf(key, hub.now())),
      'second-factor.code-wrong',
      'not by the lost one',
    );
    assert.equal(await tryCode(hub, 'alice', codeOf(again.key, hub.now())), 'signed in');
    const { rows } = await hub.modules.pool.query<{ kind: string; subject: string }>(
      `select kind, subject from ledger.entry where kind in ('secret.seed-lost', 'secret.begun-anew') order by kind`,
    );
    assert.deepEqual(rows, [
      { kind: 'secret.begun-anew', subject: 'vault:root' },
      { kind: 'secret.seed-lost', subject: `account:${id}` },
    ]);
    // Seeds that are lost are in nobody's way.
    await hub.vault?.rotate();
  },
);
