// People are told by mail, once for each event, in the language they chose, whatever the mail server does meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mailServerOf, mailSettings, openCourier } from '../../harness/courier.ts';
import { startMailServer, type MailServerOptions } from '../../harness/mail-server.ts';
import { BROWSER, PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';

async function open(options: MailServerOptions = {}) {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startMailServer(options));
  const courier = opened.use(openCourier(mailServerOf(mailSettings(server.port))));
  const hub = opened.use(await openServedHub({ carrier: courier.link }));
  const running = opened.move();
  return { server, courier, hub, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function subjectsOf(mails: readonly string[]): string[] {
  return mails
    .map((mail) => /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(mail)?.[1] ?? '')
    .map((subject) =>
      subject
        .replaceAll(/\?=\s+=\?/g, '?==?')
        .replaceAll(/=\?utf-8\?q\?(.*?)\?=/gi, (_all, text: string) =>
          decodeURIComponent(text.replaceAll('_', ' ').replaceAll('=', '%')),
        )
        .replaceAll(/\r?\n[ \t]/g, ' '),
    );
}

async function stateOf(hub: ServedHub, to: string): Promise<{ state: string; problem: string }[]> {
  const kept = await hub.modules.keptMails.list(OPERATOR);
  return kept.filter((one) => one.to === to).map(({ state, problem }) => ({ state, problem }));
}

void test('what happened to a token and a role is sent once, in the language of each', async () => {
  await using it = await open();
  const { hub, server } = it;
  const { sessions, languages, tokens, identity, members, delivery } = hub.modules;
  const ada = await signInAs(hub, 'ada');
  const visit = await sessions.find(ada.value.reveal('to look'));
  assert.ok(visit !== undefined);
  await languages.choose(visit.actor, 'pt');
  await hub.addUser('bob');
  await delivery.sendDue();
  const { token } = await tokens.issue(visit.actor, {
    user: 'ada',
    name: 'portátil',
    grant: { role: 'read' },
  });
  await tokens.revoke(visit.actor, token.id);
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  await delivery.sendDue();
  await delivery.sendDue();
  assert.deepEqual(subjectsOf(server.mailsTo('ada@example.org')), [
    'Novo token de acesso: portátil',
    'Token de acesso revogado: portátil',
  ]);
  assert.deepEqual(subjectsOf(server.mailsTo('bob@example.org')), [
    'A new access token: test',
    'Your role in acme',
  ]);
  assert.deepEqual(await stateOf(hub, 'ada@example.org'), []);
  assert.doesNotMatch(server.mails.map(({ source }) => source).join('\n'), /hf_[0-9A-Za-z]{36}/);
});

void test('who is made or unmade an administrator of the hub is told, once for each change', async () => {
  await using it = await open();
  const { hub, server } = it;
  const { identity, languages, sessions, delivery } = hub.modules;
  await hub.addUser('chief');
  await identity.setAdministrator(OPERATOR, 'chief', true);
  const ada = await sessions.find((await signInAs(hub, 'ada')).value.reveal('to look'));
  assert.ok(ada !== undefined);
  await languages.choose(ada.actor, 'pt');
  for (const administrator of [true, true, false])
    await identity.setAdministrator(OPERATOR, 'ada', administrator);
  await delivery.sendDue();
  assert.deepEqual(subjectsOf(server.mailsTo('ada@example.org')).toSorted(), [
    'Deixou de administrar este hub',
    'Passou a administrar este hub',
  ]);
  assert.ok(subjectsOf(server.mailsTo('chief@example.org')).includes('You administer this hub'));
});

void test('a sign-in from a new place is told, one from a known browser or network is not', async () => {
  await using it = await open();
  const { hub, server } = it;
  const { signIn, delivery } = hub.modules;
  const first = await signInAs(hub, 'ada');
  const enter = async (address: string, known?: string): Promise<void> => {
    const outcome = await signIn.withPassword(
      { name: 'ada', password: PASSWORD },
      { ...BROWSER, address, known },
    );
    assert.equal(outcome.kind, 'signed-in');
  };
  await enter('192.0.2.99');
  await enter('198.51.100.1', first.known);
  await delivery.sendDue();
  assert.deepEqual(server.mailsTo('ada@example.org'), []);
  await enter('203.0.113.5');
  await enter('203.0.113.6');
  await delivery.sendDue();
  assert.deepEqual(subjectsOf(server.mailsTo('ada@example.org')), ['A sign-in from a new place']);
  assert.match(server.mailsTo('ada@example.org')[0] ?? '', /203\.0\.113\.5 with Test\/1\.0/);
});

void test('each new network that a token is used from is told, so many a day', async () => {
  await using it = await open();
  const { hub, server } = it;
  const { authentication, delivery } = hub.modules;
  const text = await hub.addUser('ada');
  const session = await authentication.authenticate(text);
  const use = async (address: string): Promise<void> => {
    authentication.noteUse(session, address, 'hf_hub/1.2.0');
    await authentication.flushUses();
  };
  await use('192.0.2.1');
  await use('192.0.2.2');
  await delivery.sendDue();
  const told = (): number =>
    subjectsOf(server.mailsTo('ada@example.org')).filter((one) => one.includes('from a new network')).length;
  assert.equal(told(), 0);
  // In the same minute as the owner's own use: whoever stole it does not hide behind them.
  authentication.noteUse(session, '192.0.2.3', 'hf_hub/1.2.0');
  await use('203.0.113.5');
  await use('198.51.100.7');
  await use('198.51.100.8');
  await delivery.sendDue();
  assert.equal(told(), 2, 'a thief elsewhere on the day on which the owner travels');
  for (let n = 1; n < 9; n += 1) await use(`100.64.${n}.1`);
  await delivery.sendDue();
  assert.equal(told(), 5);
  hub.passTime(24 * 60);
  await use('100.65.0.1');
  await delivery.sendDue();
  assert.equal(told(), 6);
});

void test('who is greylisted gets it later, once; the pauses grow', async () => {
  let refusals = 3;
  await using it = await open({ treat: () => (refusals-- > 0 ? 451 : undefined) });
  const { hub, server } = it;
  await hub.addUser('ada');
  const tries: number[] = [];
  for (let second = 0; second < 90; second += 5) {
    if ((await hub.modules.delivery.sendDue()) > 0) tries.push(second);
    hub.passTime(5 / 60);
  }
  assert.equal(server.mailsTo('ada@example.org').length, 1);
  assert.deepEqual(tries, [0, 10, 30, 70]);
});

void test('what is refused for good is shown to administrators, and not tried again', async () => {
  await using it = await open({ treat: () => 550 });
  const { hub } = it;
  await hub.addUser('ada');
  assert.equal(await hub.modules.delivery.sendDue(), 1);
  hub.passTime(24 * 60);
  assert.equal(await hub.modules.delivery.sendDue(), 0);
  const [kept] = await stateOf(hub, 'ada@example.org');
  assert.equal(kept?.state, 'refused');
  assert.match(kept?.problem ?? '', /550/);
});

void test('of what waits too long nothing is sent, and it stays to be seen', async () => {
  await using it = await open({ treat: () => 451 });
  const { hub } = it;
  await hub.addUser('ada');
  await hub.modules.delivery.sendDue();
  hub.passTime(4 * 24 * 60 + 1);
  await hub.modules.delivery.sweep();
  assert.equal(await hub.modules.delivery.sendDue(), 0);
  const [kept] = await stateOf(hub, 'ada@example.org');
  assert.equal(kept?.state, 'given-up');
  assert.match(kept?.problem ?? '', /451/);
});

void test('two hubs at once send a mail once, and one that dies gives it back', async () => {
  await using it = await open({ afterMail: () => 200 });
  const { hub, server } = it;
  await hub.addUser('ada');
  const counts = await Promise.all([hub.modules.delivery.sendDue(), hub.modules.delivery.sendDue()]);
  assert.equal(counts[0] + counts[1], 1);
  assert.equal(server.mails.length, 1);
  // As a hub does that ends between taking it up and noting what became of it.
  const { token } = await hub.modules.tokens.issue(OPERATOR, {
    user: 'ada',
    name: 'again',
    grant: { role: 'read' },
  });
  await hub.modules.pool.query(
    `update mail.message set due_at = now() + interval '2 minutes', tries = 1 where event = $1`,
    [`token.issued:${token.id}`],
  );
  assert.equal(await hub.modules.delivery.sendDue(), 0);
  hub.passTime(3);
  assert.equal(await hub.modules.delivery.sendDue(), 1);
  assert.equal(server.mails.length, 2);
});
