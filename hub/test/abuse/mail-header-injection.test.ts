// Names that people choose, and a hub in somebody else's hands, put no header, no recipient and no second mail into one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OutgoingMail } from '@holdfast/courier/frames';
import { mailServerOf, mailSettings, openCourier } from '../harness/courier.ts';
import { startMailServer } from '../harness/mail-server.ts';
import { openServedHub, OPERATOR } from '../harness/served-hub.ts';

const GOOD = {
  key: 'ab'.repeat(32),
  to: { name: 'Ada', address: 'ada@example.org' },
  subject: 'A new access token',
  text: 'Hello.\n',
  html: '<p>Hello.</p>',
};
const BREAKS = ['\r\n', '\n', '\r', '\u2028', '\u2029', '\u0085', '\0', '\u000b'];
const INJECTED = 'Bcc: eve@example.org';

/** The headers of a mail. */
function headersOf(source: string): string {
  return source.slice(0, source.search(/\r?\n\r?\n/));
}

void test('frames that would begin a header are refused, and nothing is sent', async () => {
  await using server = await startMailServer();
  await using courier = openCourier(mailServerOf(mailSettings(server.port)));
  const bad = [
    ...BREAKS.flatMap((cut) => [
      { ...GOOD, subject: `x${cut}${INJECTED}` },
      { ...GOOD, to: { ...GOOD.to, name: `x${cut}${INJECTED}` } },
      { ...GOOD, to: { ...GOOD.to, address: `ada@example.org${cut}${INJECTED}` } },
      { ...GOOD, key: `${'ab'.repeat(32)}${cut}${INJECTED}` },
    ]),
    ...[
      'ada@example.org, eve@example.org',
      'ada@example.org> RCPT TO:<eve@example.org',
      'x:eve@example.org;',
    ].map((address) => ({ ...GOOD, to: { ...GOOD.to, address } })),
    { ...GOOD, headers: { bcc: 'eve@example.org' } },
    { ...GOOD, attachments: [{ path: '/etc/passwd' }] },
    { ...GOOD, text: { path: '/etc/passwd' } },
    { ...GOOD, html: { href: 'http://127.0.0.1/' } },
  ];
  for (const mail of bad) {
    assert.equal(OutgoingMail.safeParse(mail).success, false, JSON.stringify(mail));
    assert.equal((await courier.link.send(mail as never)).kind, 'refused', JSON.stringify(mail));
  }
  assert.equal(server.seen.length, 0);
  assert.equal((await courier.link.send(GOOD)).kind, 'taken');
});

void test('what a name holds stays in its place', async () => {
  await using server = await startMailServer();
  await using courier = openCourier(mailServerOf(mailSettings(server.port)));
  const names = [
    '=?utf-8?q?x=0D=0ABcc:_eve@example.org?=',
    `"Ada" <eve@example.org>, `,
    `${'x'.repeat(60)} ${INJECTED} ${'y'.repeat(60)}`,
    `é${'x'.repeat(80)} ${INJECTED}`,
    '.\u00a0. To: eve@example.org',
  ];
  for (const [n, name] of names.entries())
    assert.equal(
      (
        await courier.link.send({
          ...GOOD,
          key: String(n).repeat(64),
          subject: name,
          to: { ...GOOD.to, name },
        })
      ).kind,
      'taken',
    );
  assert.equal(server.mails.length, names.length);
  for (const { to, source } of server.mails) {
    assert.equal(to, 'ada@example.org');
    assert.doesNotMatch(headersOf(source), /^(bcc|cc):/im);
    assert.equal(headersOf(source).match(/^to:/gim)?.length, 1);
    assert.equal(headersOf(source).match(/^subject:/gim)?.length, 1);
  }
});

void test('a body ends where the mail ends', async () => {
  await using server = await startMailServer();
  await using courier = openCourier(mailServerOf(mailSettings(server.port)));
  for (const end of ['\r\n.\r\n', '\n.\n', '\r.\r', '\n.\r\n', '\r\n.\n']) {
    const text = `Hello.${end}MAIL FROM:<eve@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\nsmuggled${end}`;
    await courier.link.send({ ...GOOD, key: Buffer.from(end.padEnd(32)).toString('hex'), text });
  }
  assert.equal(server.seen.length, 5);
  assert.ok(server.mails.every(({ source }) => /smuggled/.test(source)));
});

void test('a token with a name like a header is told of as what it is', async () => {
  await using server = await startMailServer();
  await using courier = openCourier(mailServerOf(mailSettings(server.port)));
  await using hub = await openServedHub({ carrier: courier.link });
  await hub.addUser('ada');
  for (const cut of BREAKS)
    await hub.modules.tokens
      .issue(OPERATOR, { user: 'ada', name: `x${cut}${INJECTED}`, grant: { role: 'read' } })
      .catch(() => undefined);
  await hub.modules.delivery.sendDue();
  assert.ok(server.mails.length > 1);
  for (const { to, source } of server.mails) {
    assert.equal(to, 'ada@example.org');
    assert.doesNotMatch(headersOf(source), /^(bcc|cc):/im);
  }
  assert.ok((await hub.modules.keptMails.list(OPERATOR)).every(({ state }) => state === 'waiting'));
});
