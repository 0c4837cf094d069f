// What an operator changes of who somebody is: it takes effect at once, and is on the ledger.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { OPERATOR, openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const failsWith = (code: string) => (error: unknown) => isFault(error, code);

/** The status that somebody gets for a path. */
async function statusOf(hub: ServedHub, token: string, path: string): Promise<number> {
  const answer = await fetch(hub.url + path, { headers: { authorization: `Bearer ${token}` } });
  await answer.body?.cancel();
  return answer.status;
}

async function lastEntry(hub: ServedHub): Promise<{ kind: string; subject: string; body: object }> {
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query<{ kind: string; subject: string; body: string }>(
    'select kind, subject, body from ledger.entry order by at desc limit 1',
  );
  assert.ok(rows[0]);
  const { personal: _personal, ...body } = JSON.parse(rows[0].body) as { personal?: object };
  return { ...rows[0], body };
}

void test('remove() ends what a user reached through the organisation', async () => {
  await using hub = await openServedHub();
  const { identity, members } = hub.modules;
  await hub.addUser('owner');
  const token = await hub.addUser('alice');
  const org = await identity.createOrg(OPERATOR, { name: 'acme', owner: 'owner' });
  await members.put(OPERATOR, { org: 'acme', user: 'alice', role: 'write' });
  const alice = await hub.modules.authentication.authenticate(token);
  await hub.modules.changes.create(alice.actor, {
    ...{ type: 'model', namespace: 'acme', name: 'm', visibility: 'private', sdk: null, licence: null },
  });
  assert.equal(await statusOf(hub, token, '/api/models/acme/m'), 200);
  await members.remove(OPERATOR, { org: 'acme', user: 'alice' });
  assert.equal(await statusOf(hub, token, '/api/models/acme/m'), 404);
  const entry = await lastEntry(hub);
  assert.deepEqual(
    [entry.kind, entry.subject, entry.body],
    ['org.member-removed', `account:${org.id}`, { user: alice.account.id }],
  );
  const again = members.remove(OPERATOR, { org: 'acme', user: 'alice' });
  await assert.rejects(again, failsWith('org.member-missing'));
  const nowhere = members.remove(OPERATOR, { org: 'owner', user: 'alice' });
  await assert.rejects(nowhere, failsWith('account.missing'));
});

void test('enableUser() lets a disabled user in again', async () => {
  await using hub = await openServedHub();
  const { identity } = hub.modules;
  const token = await hub.addUser('alice');
  await identity.disableUser(OPERATOR, 'alice');
  assert.equal(await statusOf(hub, token, '/api/whoami-v2'), 401);
  await identity.enableUser(OPERATOR, 'alice');
  assert.equal(await statusOf(hub, token, '/api/whoami-v2'), 200);
  assert.equal((await lastEntry(hub)).kind, 'account.enabled');
});

void test('setAdministrator() makes and unmakes administrators, and never leaves none', async () => {
  await using hub = await openServedHub();
  const { identity } = hub.modules;
  const token = await hub.addUser('alice');
  await hub.addUser('bob');
  assert.equal(await statusOf(hub, token, '/metrics'), 403);
  await identity.setAdministrator(OPERATOR, 'alice', true);
  assert.equal(await statusOf(hub, token, '/metrics'), 200);
  const entry = await lastEntry(hub);
  assert.deepEqual([entry.kind, entry.body], ['account.administrator-set', { administrator: true }]);
  await assert.rejects(
    identity.setAdministrator(OPERATOR, 'alice', false),
    failsWith('account.last-administrator'),
  );
  // All go at the same time: one of them must stay.
  const names = ['alice', 'bob', ...['carol', 'dave', 'erin', 'frank']];
  for (const name of names.slice(2)) await hub.addUser(name);
  for (const name of names.slice(1)) await identity.setAdministrator(OPERATOR, name, true);
  const ends = await Promise.allSettled(
    names.map((name, index) =>
      index % 2 === 0
        ? identity.setAdministrator(OPERATOR, name, false)
        : identity.disableUser(OPERATOR, name),
    ),
  );
  assert.equal(ends.filter(({ status }) => status === 'rejected').length, 1);
  assert.equal(await identity.hasNoAdministrator(), false);
});

void test('nobody but who administers the instance changes who somebody is', async () => {
  await using hub = await openServedHub();
  const { actor } = await hub.modules.authentication.authenticate(await hub.addUser('alice'));
  const { identity, members } = hub.modules;
  await identity.createOrg(OPERATOR, { name: 'x', owner: 'alice' });
  for (const act of [identity.setAdministrator(actor, 'alice', true), identity.enableUser(actor, 'alice')])
    await assert.rejects(act, failsWith('account.forbidden'));
  await assert.rejects(members.remove(actor, { org: 'x', user: 'alice' }), failsWith('org.forbidden'));
});

void test('what was taken from somebody reaches them under another name, once, and of nobody it is nothing', async () => {
  await using hub = await openServedHub();
  const { takenRights, namespaces, identity, members, db } = hub.modules;
  for (const name of ['mallory', 'ada']) await hub.addUser(name);
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await members.put(OPERATOR, { org: 'acme', user: 'mallory', role: 'write' });
  await namespaces.rename(OPERATOR, { kind: 'user', name: 'mallory' }, 'alias');
  await namespaces.rename(OPERATOR, { kind: 'org', name: 'acme' }, 'apex');
  const { kind: _kind, ...operator } = OPERATOR;
  const at = new Date();
  const lowered = { kind: 'member', org: 'acme', user: 'mallory', role: 'read', operator } as const;
  const disabled = { kind: 'user', act: 'disable', name: 'Mallory', operator } as const;
  for (const removal of [lowered, lowered, disabled, disabled, { ...disabled, name: 'nobody' }])
    await takenRights.doTaken(removal, at);
  const alias = await identity.findByName('alias');
  assert.ok(alias?.disabledAt);
  assert.deepEqual(
    (await identity.listMemberships(alias.id)).map(({ orgName, role }) => [orgName, role]),
    [['apex', 'read']],
  );
  // The last who administers an organisation stays, and that is said.
  await takenRights.doTaken({ ...lowered, user: 'ada', role: null }, at);
  const kinds = (await new LedgerReader(db).listOfSubject('instance')).map(({ kind, body }) => [
    kind,
    (JSON.parse(body) as { code?: string }).code,
  ]);
  assert.deepEqual(kinds, [['refusal.taken', 'org.last-owner']]);
  const ofAlias = (await new LedgerReader(db).listOfSubject(`account:${alias.id}`)).map(({ kind }) => kind);
  assert.equal(ofAlias.filter((kind) => kind === 'account.disabled').length, 1);
});
