// Somebody finds out at open sign-up whose mail address has an account, takes names without ever having one, or has us write to strangers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { findLink, signUp } from '../harness/sign-up.ts';
import { withPool } from '../harness/shared-server.ts';
import { TestBrowser } from '../harness/test-browser.ts';
import { ask, assertSameTime, closeAnswers, type Answer } from '../harness/timed-answers.ts';

const LIMIT = { timeout: 600_000 };
const CALLER = { address: '192.0.2.1', client: 'Mozilla/5.0 Firefox/140.0' };

async function askFor(hub: ServedHub, email: string): Promise<Answer> {
  const address = `http://localhost:${hub.port}`;
  return await ask(`${address}/sign-up`, {
    method: 'POST',
    type: 'application/x-www-form-urlencoded',
    headers: { origin: address, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ email }).toString(),
  });
}

async function mailsTo(hub: ServedHub, email: string): Promise<readonly string[]> {
  const mails = await hub.modules.keptMails.list(OPERATOR);
  return mails.filter(({ to }) => to === email).map(({ subject }) => subject);
}

void test(
  'an address that has an account is answered as one that has none, in the same time',
  LIMIT,
  async (t) => {
    await using hub = await openServedHub({ signUp: 'open' });
    await signInAs(hub, 'ada');
    const emails = { hidden: 'ada@example.org', absent: 'bob@example.org', nobody: 'eve@example.org' };
    const [known, unknown] = [await askFor(hub, emails.hidden), await askFor(hub, emails.absent)];
    const said = ({ status, headers, body }: Answer) => ({ status, headers, body });
    assert.deepEqual(said(known), said(unknown));
    assert.equal(known.status, 200);
    assert.match(known.body, /Look into your mail/);
    // Each is asked for every twenty-one hours of the hub's clock: no bound is met, which would make all alike.
    await assertSameTime(t, async (name) => {
      hub.passTime(7 * 60);
      return await askFor(hub, emails[name as keyof typeof emails]);
    });
    closeAnswers();
  },
);

void test('who has an account is told that somebody tried, and gets no link', async () => {
  await using hub = await openServedHub({ signUp: 'open' });
  await signInAs(hub, 'ada');
  // As pages ask: with the mark of a browser that has signed in, which opens something.
  const browser = { ...CALLER, known: 'a mark that opens' };
  await hub.modules.signUps.ask({ email: 'ADA@example.org', language: 'pt' }, browser);
  const rows = await withPool(
    hub.database.superuser,
    async (pool) =>
      (await pool.query("select facts::text as facts from mail.message where kind = 'sign-up-tried'")).rows,
  );
  assert.equal(rows.length, 1);
  assert.doesNotMatch(JSON.stringify(rows), /a mark that opens/);
  const [mail] = await hub.modules.keptMails.list(OPERATOR);
  assert.equal(mail?.to, 'ada@example.org');
  assert.match(mail.text, /Hello ada,[^]*from 192\.0\.2\.1 with Firefox[^]*\/sign-in\n/);
  assert.doesNotMatch(mail.text, /\/join\//);
});

void test('who asked has no account, holds no name and cannot sign in', async () => {
  await using hub = await openServedHub({ signUp: 'open' });
  const link = await signUp(hub, 'carol@example.org');
  const browser = new TestBrowser(hub);
  assert.equal((await browser.signIn('carol@example.org', PASSWORD)).status, 401);
  await signInAs(hub, 'carol2');
  const wish = { name: 'carol', email: 'other@example.org', administrator: false };
  await hub.modules.identity.createUser(OPERATOR, wish);
  const newcomer = { name: 'carol', password: PASSWORD, again: PASSWORD };
  assert.match((await browser.send(`${link}?/accept`, newcomer)).body, /is taken/);
  // Another account took the address meanwhile; who has the link reads its mail, and may know.
  await hub.modules.identity.createUser(OPERATOR, { ...wish, name: 'dora', email: 'carol@example.org' });
  const late = await browser.send(`${link}?/accept`, { ...newcomer, name: 'carol-late' });
  assert.match(late.body, /Another account has that email address/);
});

void test('of many who use one link at the same time, one gets an account', async () => {
  await using hub = await openServedHub({ signUp: 'open' });
  const link = await signUp(hub, 'carol@example.org');
  const statuses = await Promise.all(
    Array.from('abcd', async (letter) => {
      const wish = { name: `newcomer${letter}`, password: PASSWORD, again: PASSWORD };
      return (await new TestBrowser(hub).send(`${link}?/accept`, wish)).status;
    }),
  );
  assert.deepEqual(
    statuses.toSorted((a, b) => a - b),
    [303, 404, 404, 404],
  );
});

void test('to one address go three mails a day, and ten an hour from one caller', async () => {
  await using hub = await openServedHub({ signUp: 'open' });
  await signInAs(hub, 'ada');
  for (const email of ['ada@example.org', 'carol@example.org']) {
    for (let n = 0; n < 5; n += 1) assert.equal((await askFor(hub, email)).status, 200);
    assert.equal((await mailsTo(hub, email)).length, 3, email);
  }
  for (let n = 0; n < 4; n += 1) assert.equal((await askFor(hub, `to${n}@example.org`)).status, 200);
  for (const email of ['ada@example.org', 'to9@example.org']) {
    const refused = await askFor(hub, email);
    assert.equal(refused.status, 429);
    assert.match(refused.body, /Too many sign-ups/);
  }
  hub.passTime(61);
  assert.equal((await askFor(hub, 'to9@example.org')).status, 200);
  hub.passTime(24 * 60);
  await askFor(hub, 'carol@example.org');
  assert.equal(
    (await mailsTo(hub, 'carol@example.org')).length,
    1,
    'those that were forgotten have no address',
  );
  await findLink(hub, 'carol@example.org');
});

void test('many who ask at the same time for one address have three mails sent, too', async () => {
  await using hub = await openServedHub({ signUp: 'open' });
  const asking = { email: 'carol@example.org', language: 'en' } as const;
  await Promise.all(
    Array.from({ length: 9 }, (_, n) =>
      hub.modules.signUps.ask(asking, { ...CALLER, address: `198.51.100.${n}` }),
    ),
  );
  assert.equal((await mailsTo(hub, 'carol@example.org')).length, 3);
});

void test('a link of a sign-up opens nothing where the hub is not open any more', async () => {
  await using open = await openServedHub({ signUp: 'open' });
  const link = await signUp(open, 'carol@example.org');
  await using closed = await openServedHub({ on: open.database });
  await assert.rejects(closed.modules.invitations.get(link.replace('/join/', '')), {
    code: 'invitation.missing',
  });
  await assert.rejects(signUp(closed, 'dora@example.org'), { code: 'account.sign-up-closed' });
});
