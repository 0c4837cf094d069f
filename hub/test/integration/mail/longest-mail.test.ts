// Mail that the courier must be able to take, whatever people called things, and mail that nobody can write any more.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OutgoingMail } from '@holdfast/courier/frames';
import { ptTold } from '@holdfast/kernel/told/pt-told';
import { toldIn } from '@holdfast/kernel/told/told';
import { type Issuer } from '@holdfast/courier/issuer';
import { type MailServer } from '@holdfast/courier/mail-server';
import { compose } from '../../../src/modules/mail/compose.ts';
import { MailFacts, type Language } from '../../../src/modules/mail/model.ts';
import { openCourier } from '../../harness/courier.ts';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

// Each is written with six characters in HTML.
const long = (length: number): string => '"'.repeat(length);
const NAME = long(96);
const PLACE = { address: long(45), client: long(60), at: '2026-11-26T09:05:00.000Z' };
const LONGEST: readonly MailFacts[] = [
  { kind: 'signed-in', ...PLACE },
  { kind: 'token-issued', token: NAME, expires: '2026-12-31' },
  { kind: 'token-revoked', token: NAME, why: 'asked', reason: long(500) },
  { kind: 'token-revoked', token: `${Array.from({ length: 20 }, () => NAME).join(', ')}, …`, why: 'found' },
  { kind: 'token-used', token: NAME, ...PLACE },
  { kind: 'token-pushed', token: NAME },
  { kind: 'application-authorized', application: NAME },
  { kind: 'token-reach', token: NAME, organization: NAME, state: 'ended' },
  { kind: 'secret-echoed', secret: long(200), space: long(200), host: long(253) },
  { kind: 'role-changed', organization: NAME, role: 'contributor' },
  { kind: 'administrator-changed', administrator: true },
  { kind: 'sign-up', invitation: 'a'.repeat(24) },
  { kind: 'sign-up-tried', ...PLACE },
];

void test('the courier takes the longest of each kind of mail', () => {
  assert.deepEqual(
    new Set(LONGEST.map(({ kind }) => kind)),
    new Set(MailFacts.options.map(({ shape }) => shape.kind.value)),
  );
  const hub = `https://${'h'.repeat(250)}.example.org`;
  const signUpText = (): string => 's'.repeat(200);
  for (const facts of LONGEST)
    for (const language of ['en', 'pt'] satisfies Language[]) {
      const composed = compose(facts, { name: 'ada', language, hub, signUpText });
      const mail = { ...composed, key: 'a'.repeat(64), to: { name: 'ada', address: 'ada@example.org' } };
      const read = OutgoingMail.safeParse(mail);
      assert.ok(read.success, `${facts.kind} in ${language}: ${read.error?.message}`);
      if ('token' in facts) assert.ok(composed.text.includes(facts.token), 'the text has all of it');
    }
});

void test('a mail whose facts cannot be read keeps no other from being sent or shown', async () => {
  const sent: string[] = [];
  const carrier = {
    send: (mail: OutgoingMail) => {
      sent.push(mail.to.name);
      return Promise.resolve({ kind: 'taken' } as const);
    },
    check: () => Promise.resolve({ kind: 'taken' } as const),
  };
  await using hub = await openServedHub({ carrier });
  for (const name of ['ada', 'bob', 'eve']) await hub.addUser(name);
  await using superuser = openSuperuserPool(hub.database);
  const broken = await superuser.pool.query(
    `update mail.message m set facts = '{"kind":"of-another-version"}'
      from identity.account a where a.id = m.recipient_id and a.name = 'ada'`,
  );
  assert.ok((broken.rowCount ?? 0) > 0);
  const shown = await hub.modules.keptMails.list(OPERATOR);
  assert.ok(shown.some(({ to }) => to.startsWith('bob@')) && !shown.some(({ to }) => to.startsWith('ada@')));
  await hub.modules.delivery.sendDue();
  assert.ok(sent.includes('bob') && sent.includes('eve') && !sent.includes('ada'));
  const { rows } = await superuser.pool.query<{ state: string; problem: string }>(
    `select distinct state, problem from mail.message where facts ->> 'kind' = 'of-another-version'`,
  );
  assert.deepEqual(
    rows.map(({ state, problem }) => [state, problem]),
    [['refused', 'What is kept of this mail cannot be read.']],
  );
  assert.ok(
    toldIn(ptTold, rows[0]?.problem ?? '')
      .flat()
      .every(({ isEnglish }) => !isEnglish),
  );
});

void test('sign-ons at an issuer that does not answer keep no mail waiting', async () => {
  const mail = { send: () => Promise.resolve({ kind: 'taken' }) } as unknown as MailServer;
  const silent = { begin: async () => await new Promise<never>(() => undefined) } as unknown as Issuer;
  await using courier = openCourier(mail, () => silent);
  const start = { back: 'https://hub.example.org/back', anew: false };
  const nonces = { state: 'a'.repeat(43), nonce: 'b'.repeat(43), verifier: 'c'.repeat(43) };
  for (let n = 0; n < 200; n += 1) void courier.link.begin({ ...start, ...nonces });
  const outcome = await courier.link.send({
    key: 'a'.repeat(64),
    to: { name: 'ada', address: 'ada@example.org' },
    ...{ subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' },
  });
  assert.deepEqual(outcome, { kind: 'taken' });
});
