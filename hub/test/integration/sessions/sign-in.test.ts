// Signing in with a password, and what ends, renews or outlives a session.
import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Secret } from '@holdfast/kernel/secret';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { Sessions } from '../../../src/modules/sessions/index.ts';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const refusedWith = (code: string) => (error: unknown) => isFault(error, code);
const open = (value: Secret<string>): string => value.reveal('to use it in a test');

void test('a password begins a session, and the ledger says so', async () => {
  await using hub = await openServedHub();
  const { sessions, db } = hub.modules;
  const { value, session } = await signInAs(hub, 'alice');
  const visit = await sessions.find(open(value));
  assert.equal(visit?.account.name, 'alice');
  assert.deepEqual(visit.actor.credential, { kind: 'session', id: session.id, provedAt: session.provedAt });
  const [begun] = await new LedgerReader(db).listOfSubject(`session:${session.id}`);
  assert.equal(begun?.kind, 'session.begun');
  assert.equal(begun.actor, `user:${visit.account.id}`);
  assert.ok(!begun.body.includes(BROWSER.address), 'an address enters the ledger as a commitment alone');
});

void test('the mail address stands for the name, in any letter case', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  for (const name of ['ALICE', 'alice@example.org', 'Alice@Example.ORG'])
    await hub.modules.signIn.withPassword({ name, password: PASSWORD }, BROWSER);
});

void test('nobody, no password, a wrong one and a disabled account are refused in the same words', async () => {
  await using hub = await openServedHub();
  const { identity, signIn } = hub.modules;
  await hub.addUser('passwordless');
  for (const name of ['alice', 'disabled'])
    await identity.createUser(OPERATOR, {
      name,
      email: `${name}@example.org`,
      administrator: false,
      password: PASSWORD,
    });
  await identity.disableUser(OPERATOR, 'disabled');
  const refusals = [];
  for (const [name, password] of [
    ['nobody', PASSWORD],
    ['passwordless', PASSWORD],
    ['alice', 'wrong'],
    ['disabled', PASSWORD],
    ['', ''],
  ] as const)
    refusals.push(
      await signIn.withPassword({ name, password }, BROWSER).then(
        () => 'signed in',
        (error: unknown) => `${(error as { code: string }).code} ${(error as Error).message}`,
      ),
    );
  assert.equal(new Set(refusals).size, 1, refusals.join('\n'));
  assert.match(refusals[0] ?? '', /^sign-in\.failed/);
});

void test('a proof renews the session under another value, and the old one is dead', async () => {
  await using hub = await openServedHub();
  const { sessions, signIn } = hub.modules;
  const { value } = await signInAs(hub, 'alice');
  const before = await sessions.find(open(value));
  assert.ok(before);
  await assert.rejects(
    signIn.prove(before, { password: 'wrong', code: '' }, BROWSER),
    refusedWith('session.proof-failed'),
  );
  const after = await signIn.prove(before, { password: PASSWORD, code: '' }, BROWSER);
  assert.notEqual(open(after.value), open(value));
  assert.equal(await sessions.find(open(value)), undefined);
  assert.ok(await sessions.find(open(after.value)));
  await assert.rejects(
    signIn.prove(before, { password: PASSWORD, code: '' }, BROWSER),
    refusedWith('session.missing'),
    'a session that ended cannot be renewed',
  );
});

void test('an ended session is dead at once, also for another hub', async () => {
  await using hub = await openServedHub();
  const there = new Sessions(hub.modules);
  const { value, session } = await signInAs(hub, 'alice');
  const other = await signInAs(hub, 'alice');
  const visit = await there.find(open(value));
  assert.ok(visit);
  await hub.modules.sessions.end(visit.actor, visit.account.id, session.id);
  assert.equal(await there.find(open(value)), undefined);
  assert.ok(await there.find(open(other.value)));
  assert.equal(await hub.modules.sessions.endAll(visit.actor, visit.account.id), 1);
  assert.equal(await there.find(open(other.value)), undefined);
});

void test('what changes an account ends its sessions', async () => {
  await using hub = await openServedHub();
  const { identity, passwords, sessions } = hub.modules;
  const acts: Record<string, () => Promise<unknown>> = {
    disabled: () => identity.disableUser(OPERATOR, 'alice'),
    enabled: () => identity.enableUser(OPERATOR, 'alice'),
    promoted: () => identity.setAdministrator(OPERATOR, 'alice', true),
    reset: () => identity.setPassword(OPERATOR, 'alice', PASSWORD),
  };
  for (const [act, change] of Object.entries(acts)) {
    // Enabling brings back nothing from before the account was disabled.
    const { value } = act === 'enabled' ? { value: undefined } : await signInAs(hub, 'alice');
    await change();
    if (value !== undefined) assert.equal(await sessions.find(open(value)), undefined, act);
  }
  const { value } = await signInAs(hub, 'alice');
  const visit = await sessions.find(open(value));
  assert.ok(visit);
  await assert.rejects(
    passwords.change(visit.actor, visit.account.id, 'alicealice12'),
    refusedWith('account.password-weak'),
  );
  await passwords.change(visit.actor, visit.account.id, 'quite another password');
  assert.equal(await sessions.find(open(value)), undefined);
});

void test('a digest with outdated parameters is made anew at the next sign-in', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const nonce = Buffer.alloc(16, 7);
  const tag = argon2Sync('argon2id', {
    message: PASSWORD,
    nonce,
    memory: 8192,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const plain = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
  const old = `$argon2id$v=19$m=8192,t=1,p=1$${plain(nonce)}$${plain(Buffer.from(tag))}`;
  await using behind = openSuperuserPool(hub.database);
  await behind.pool.query('update identity.account set password = $1 where name = $2', [old, 'alice']);
  await hub.modules.signIn.withPassword({ name: 'alice', password: PASSWORD }, BROWSER);
  const { rows } = await behind.pool.query<{ password: string }>(
    'select password from identity.account where name = $1',
    ['alice'],
  );
  assert.match(rows[0]?.password ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  await hub.modules.signIn.withPassword({ name: 'alice', password: PASSWORD }, BROWSER);
});

void test('a user manages their own tokens, with a fresh proof, and nobody else does', async () => {
  await using hub = await openServedHub();
  const { sessions, tokens, authentication } = hub.modules;
  const { value } = await signInAs(hub, 'alice');
  const visit = await sessions.find(open(value));
  assert.ok(visit);
  const bobs = await hub.addUser('bob');
  const wish = { user: 'alice', name: 'laptop', grant: { role: 'write' } } as const;
  const { text, token } = await tokens.issue(visit.actor, wish);
  const { actor } = await authentication.authenticate(open(text));
  await assert.rejects(tokens.issue(actor, wish), refusedWith('token.forbidden'), 'a token mints no token');
  await assert.rejects(tokens.revoke(actor, token.id), refusedWith('token.forbidden'));
  await assert.rejects(tokens.issue(visit.actor, { ...wish, user: 'bob' }), refusedWith('token.forbidden'));
  await assert.rejects(tokens.list(visit.actor, 'bob'), refusedWith('token.forbidden'));
  await assert.rejects(tokens.list(visit.actor, 'nobody'), refusedWith('token.forbidden'));
  const other = await authentication.authenticate(bobs);
  await assert.rejects(tokens.revoke(visit.actor, other.token.id), refusedWith('token.missing'));
  const stale = new Date(Date.now() - 11 * 60_000);
  const before = { ...visit.actor, credential: { ...visit.actor.credential, provedAt: stale } } as const;
  await assert.rejects(tokens.issue(before, wish), refusedWith('account.proof-needed'));
  // What takes access away needs no fresh proof.
  await tokens.revoke(before, token.id);
  await assert.rejects(authentication.authenticate(open(text)), refusedWith('token.rejected'));
});
