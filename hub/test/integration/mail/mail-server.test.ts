// What the courier makes of a mail server in every state, with a real one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mailServerOf, mailSettings } from '../../harness/courier.ts';
import { startMailServer } from '../../harness/mail-server.ts';

const KEY = 'ab'.repeat(32);
const MAIL = {
  key: KEY,
  to: { name: 'Ada', address: 'ada@example.org' },
  subject: 'Novo token de acesso: portátil',
  text: 'Olá, Ada.\n',
  html: '<!doctype html><html lang="pt"><body><p>Olá, Ada.</p></body></html>',
};

void test('a mail is handed over whole, under the Message-ID of its key, and once', async () => {
  await using server = await startMailServer();
  const mail = mailServerOf(mailSettings(server.port));
  assert.deepEqual(await mail.send(MAIL), { kind: 'taken' });
  assert.deepEqual(await mail.send(MAIL), { kind: 'taken' });
  const [source = '', ...more] = server.mailsTo('ada@example.org');
  assert.deepEqual(more, []);
  assert.match(source, new RegExp(`^Message-ID: <${KEY.slice(0, 40)}@example\\.org>\\r?$`, 'im'));
  assert.match(source, /^From: Holdfast <hub@example\.org>\r?$/m);
  assert.match(source, /^To: Ada <ada@example\.org>\r?$/m);
  assert.match(source, /^Auto-Submitted: auto-generated\r?$/m);
  assert.match(source, /^Content-Type: multipart\/alternative/m);
  assert.match(source, /^Content-Type: text\/plain; charset=utf-8/m);
  assert.match(source, /^Content-Type: text\/html; charset=utf-8/m);
});

void test('a server that is down is for later, with what to look at', async () => {
  const { port } = await startMailServer().then(async (server) => {
    await server[Symbol.asyncDispose]();
    return server;
  });
  const outcome = await mailServerOf(mailSettings(port)).send(MAIL);
  assert.deepEqual(outcome, {
    kind: 'later',
    why: `nothing listens on 127.0.0.1 port ${port}; is the mail server up, and mail.port right?`,
  });
});

void test('a code of 4xx is for later, one of 5xx about the recipient for good', async () => {
  await using server = await startMailServer({
    treat: (address) => (address.startsWith('grey') ? 451 : 550),
  });
  const mail = mailServerOf(mailSettings(server.port));
  const to = (address: string) => ({ ...MAIL, to: { name: 'x', address } });
  const later = await mail.send(to('grey@example.org'));
  assert.equal(later.kind, 'later');
  assert.ok('why' in later && later.why.includes('451'));
  const refused = await mail.send(to('bob@example.org'));
  assert.equal(refused.kind, 'refused');
  assert.ok('why' in refused && refused.why.includes('550'));
});

void test('a server that dies after the mail came is for later: nobody knows that it was taken', async () => {
  let dies = true;
  await using server = await startMailServer({ afterMail: () => (dies ? 'die' : 'take') });
  const mail = mailServerOf(mailSettings(server.port));
  assert.equal((await mail.send(MAIL)).kind, 'later');
  dies = false;
  assert.equal((await mail.send(MAIL)).kind, 'taken');
  const ids = server.seen.map(({ source }) => /^Message-ID: (.*)\r?$/im.exec(source)?.[1]);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1], 'the second is not known for the first');
});

void test(
  'a server that is slow is waited for; one that says nothing is not',
  { timeout: 60_000 },
  async () => {
    await using server = await startMailServer({
      afterMail: (address) => (address.startsWith('slow') ? 3_000 : 3_600_000),
    });
    const mail = mailServerOf(mailSettings(server.port));
    const began = Date.now();
    const [slow, silent] = await Promise.all([
      mail.send({ ...MAIL, to: { name: 'x', address: 'slow@example.org' } }),
      mail.send({ ...MAIL, key: 'cd'.repeat(32), to: { name: 'x', address: 'never@example.org' } }),
    ]);
    assert.equal(slow.kind, 'taken');
    assert.equal(silent.kind, 'later');
    assert.ok(Date.now() - began < 45_000);
  },
);

void test('a wrong password is for later, and told without it', async () => {
  const login = { user: 'hub', password: 'the right one of the two' };
  await using server = await startMailServer({ login });
  const settings = mailSettings(server.port, { user: 'hub' });
  const wrong = await mailServerOf(settings, 'a wrong one of the two').check();
  assert.equal(wrong.kind, 'later');
  assert.ok('why' in wrong && wrong.why.startsWith('the mail server does not let hub in'));
  assert.doesNotMatch(JSON.stringify(wrong), /one of the two/);
  assert.equal((await mailServerOf(settings, login.password).check()).kind, 'taken');
  assert.equal((await mailServerOf(settings, login.password).send(MAIL)).kind, 'taken');
  // Without a user the server wants one: that is no word about the mail.
  assert.equal((await mailServerOf(mailSettings(server.port)).send(MAIL)).kind, 'later');
});

void test('without TLS, where it was asked for, nothing is said', async () => {
  const login = { user: 'hub', password: 'the right one of the two' };
  await using server = await startMailServer({ login });
  for (const security of ['starttls', 'tls'] as const) {
    const settings = mailSettings(server.port, { security, user: 'hub' });
    const outcome = await mailServerOf(settings, login.password).send({ ...MAIL, key: KEY });
    assert.equal(outcome.kind, 'later', security);
    assert.ok('why' in outcome && outcome.why.includes('mail.security'), JSON.stringify(outcome));
  }
  assert.equal(server.seen.length, 0);
});
