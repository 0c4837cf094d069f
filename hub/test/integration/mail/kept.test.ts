// What people are to be told is kept once for each event, in the transaction of what happened, and shown to
// administrators alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';

void test('a token and a role are told of, once each, and to their owner', async () => {
  await using hub = await openServedHub();
  const { modules } = hub;
  await hub.addUser('ada');
  const { token } = await modules.tokens.issue(OPERATOR, {
    user: 'ada',
    name: 'laptop',
    grant: { role: 'read' },
  });
  await modules.tokens.revoke(OPERATOR, token.id);
  await modules.tokens.revoke(OPERATOR, token.id);
  await modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.addUser('bob');
  await modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  await modules.members.remove(OPERATOR, { org: 'acme', user: 'bob' });
  const kept = await modules.keptMails.list(OPERATOR, 'en');
  const subjectsOf = (name: string): string[] =>
    kept.filter(({ to }) => to.startsWith(`${name}@`)).map(({ subject }) => subject);
  const own = subjectsOf('ada').filter((subject) => subject.includes('laptop'));
  assert.deepEqual(own, ['Access token revoked: laptop', 'A new access token: laptop']);
  const roles = kept
    .filter(({ subject }) => subject.includes('acme'))
    .map(({ to, text }) => [to.split('@')[0], text]);
  assert.equal(roles.length, 2);
  assert.ok(roles.every(([name]) => name === 'bob'));
  assert.match(roles[0]?.[1] ?? '', /not a member of acme any more/);
  assert.match(roles[1]?.[1] ?? '', /is now "write"/);
  for (const { text, html } of kept) assert.doesNotMatch(text + html, /hf_[0-9A-Za-z]{36}/);
});

void test('what did not happen is told to nobody', async () => {
  await using hub = await openServedHub();
  const { modules } = hub;
  await hub.addUser('ada');
  const before = (await modules.keptMails.list(OPERATOR, 'pt')).length;
  await assert.rejects(
    modules.tokens.issue(OPERATOR, { user: 'ada', name: '', grant: { role: 'read' } }),
    /name/,
  );
  await assert.rejects(modules.members.put(OPERATOR, { org: 'none', user: 'ada', role: 'read' }));
  assert.equal((await modules.keptMails.list(OPERATOR, 'pt')).length, before);
});

void test('only administrators see what others are told', async () => {
  await using hub = await openServedHub();
  await assert.rejects(hub.modules.keptMails.list({ kind: 'anonymous', mayReadPublic: true }, 'en'), {
    code: 'mail.forbidden',
  });
});
