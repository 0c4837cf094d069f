// What people are to be told is kept once for each event, in the transaction of what happened, and shown to
// administrators alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { signInAs, visitAs } from '../../harness/sign-in.ts';
import { signUp } from '../../harness/sign-up.ts';

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

const DAY_MINUTES = 24 * 60;

async function openWithSignUps(): Promise<{
  hub: ServedHub;
  accept: (link: string, name: string) => Promise<void>;
}> {
  const hub = await openServedHub({ signUp: 'open' });
  return {
    hub,
    accept: async (link, name) => {
      const text = link.slice('/join/'.length);
      await hub.modules.invitations.accept(text, { name, password: 'a long enough password' });
    },
  };
}

/** State, address and link of each sign-up that was not sent, the newest first. */
async function signUpsOf(hub: ServedHub): Promise<[state: string, to: string, hasLink: boolean][]> {
  const kept = await hub.modules.keptMails.list(OPERATOR, 'en');
  return kept
    .filter(({ subject }) => subject === 'Your account')
    .map(({ state, to, text, html }) => [state, to, (text + html).includes('/join/')]);
}

void test('a sign-up whose link was used, or whose address has an account by another, is shown as over', async () => {
  const { hub, accept } = await openWithSignUps();
  await using _hub = hub;
  await signUp(hub, 'carol@example.org');
  const link = await signUp(hub, 'Carol@example.org');
  assert.deepEqual(await signUpsOf(hub), [
    ['waiting', 'Carol@example.org', true],
    ['waiting', 'carol@example.org', true],
  ]);
  await accept(link, 'carol');
  const over = ['over', '', false];
  assert.deepEqual(await signUpsOf(hub), [over, over]);
  await signInAs(hub, 'overseer');
  await hub.modules.identity.setAdministrator(OPERATOR, 'overseer', true);
  const { actor } = await visitAs(hub, 'overseer');
  const { items } = await hub.modules.centre.mail.list(actor, {}, { limit: 20 });
  assert.deepEqual(
    items.flatMap(({ kind, state }) => (kind === 'sign-up' ? [state] : [])),
    ['over', 'over'],
  );
});

void test('a sign-up whose link was not used in time is shown as over, and forgotten after a week', async () => {
  const { hub } = await openWithSignUps();
  await using _hub = hub;
  await hub.addUser('ada');
  await signUp(hub, 'rui@example.org');
  hub.passTime(DAY_MINUTES + 1);
  await signUp(hub, 'late@example.org');
  assert.deepEqual(await signUpsOf(hub), [
    ['waiting', 'late@example.org', true],
    ['over', '', false],
  ]);
  await hub.modules.delivery.sweep();
  assert.equal((await signUpsOf(hub)).length, 2, 'for a week it is shown');
  hub.passTime(6 * DAY_MINUTES);
  await hub.modules.delivery.sweep();
  assert.equal((await signUpsOf(hub)).length, 1);
  const others = (await hub.modules.keptMails.list(OPERATOR)).filter(({ to }) => to === 'ada@example.org');
  assert.ok(others.length > 0 && others.every(({ state }) => state === 'waiting'), 'nothing else is dropped');
});
