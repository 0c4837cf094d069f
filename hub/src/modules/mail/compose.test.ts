// What mails say, in both languages, and that a name in one can do nothing else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { compose } from './compose.ts';
import { keyOf, pauseAfter, type Language, type MailFacts } from './model.ts';
import { programName } from './program-name.ts';

const HUB = 'https://hub.example.org';
const PLACE = { address: '192.0.2.1', client: 'Mozilla/5.0 Firefox/140.0', at: '2026-11-26T09:05:00.000Z' };
const LINKS = { hub: HUB, signUpText: (id: string) => `text-of-${id}` };
const ALL: readonly MailFacts[] = [
  { kind: 'token-issued', token: 'laptop', expires: '2026-12-31' },
  { kind: 'token-issued', token: 'laptop', expires: null },
  { kind: 'token-revoked', token: 'laptop', why: 'asked' },
  { kind: 'token-revoked', token: 'laptop', why: 'asked', reason: 'The machine is gone.' },
  { kind: 'token-revoked', token: 'laptop', why: 'operator' },
  { kind: 'token-revoked', token: 'laptop', why: 'operator', reason: 'It is in a public log.' },
  { kind: 'token-revoked', token: 'laptop', why: 'found' },
  { kind: 'token-used', token: 'laptop', ...PLACE },
  { kind: 'token-pushed', token: 'laptop' },
  { kind: 'signed-in', ...PLACE },
  { kind: 'token-reach', token: 'ci', organization: 'acme', state: 'approved' },
  { kind: 'token-reach', token: 'ci', organization: 'acme', state: 'ended' },
  { kind: 'secret-echoed', secret: 'OPENAI_API_KEY', space: 'ada/demo', host: 'api.openai.com' },
  { kind: 'role-changed', organization: 'acme', role: 'write' },
  { kind: 'role-changed', organization: 'acme', role: null },
  { kind: 'administrator-changed', administrator: true },
  { kind: 'administrator-changed', administrator: false },
  { kind: 'sign-up', invitation: 'a'.repeat(24) },
  { kind: 'sign-up-tried', ...PLACE },
];

void test('every mail names what it is about, in either language', () => {
  for (const facts of ALL) {
    const write = (language: Language) => compose(facts, { name: 'ada', language, ...LINKS });
    const [english, portuguese] = [write('en'), write('pt')];
    const { organization, token, secret } = { organization: '', token: '', secret: '', ...facts };
    const about = organization || token || secret;
    for (const mail of [english, portuguese]) {
      assert.ok(mail.subject.includes(about) && mail.text.includes(about) && mail.html.includes(about));
      assert.match(
        mail.html,
        /<a href="https:\/\/hub\.example\.org\/(?:account|sign-in|join\/text-of-a{24}|spaces\/ada\/demo\/settings\/app)/,
      );
      const reason = 'reason' in facts ? (facts.reason ?? '') : '';
      assert.ok(mail.text.includes(reason) && mail.html.includes(reason));
      if ('address' in facts) assert.ok(mail.text.includes('192.0.2.1') && mail.text.includes('Firefox'));
      assert.ok(mail.text.includes('ada') && mail.text.includes(HUB));
    }
    assert.notEqual(english.text, portuguese.text);
    assert.match(portuguese.html, /lang="pt"/);
  }
});

void test('a name begins no header and no element', () => {
  const facts = { kind: 'token-revoked', token: 'a\r\nBcc: eve@example.org\n<b>"&', why: 'asked' } as const;
  const { subject, html } = compose(facts, { name: '<i>', language: 'en', ...LINKS });
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  assert.doesNotMatch(subject, /[\u0000-\u001f]/);
  assert.ok(!html.includes('<b>') && !html.includes('<i>'));
  assert.ok(html.includes('&lt;b&gt;&quot;&amp;'));
});

void test('a reason stays in its sentence', () => {
  const reason = 'lost\r\n\r\nBcc: eve@example.org\u2028<a href="https://evil.example">\u202ehere</a>';
  const facts = { kind: 'token-revoked', token: 'ci', why: 'operator', reason } as const;
  for (const language of ['en', 'pt'] as const) {
    const { text, html } = compose(facts, { name: 'ada', language, ...LINKS });
    const [line] = text.split('\n').filter((one) => one.includes('Bcc'));
    assert.match(line ?? '', /"ci".*"lost {4}Bcc: eve@example\.org <a href.* here<\/a>"\.$/);
    assert.ok(!html.includes('<a href="https://evil'));
  }
});

void test('programName() lets nobody write a letter of their own', () => {
  assert.equal(
    programName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'),
    'Chrome',
  );
  assert.equal(programName('unknown/None; hf_hub/1.2.0; python/3.13'), 'hf_hub/1.2.0');
  for (const client of [
    '',
    'Your account was closed, call +1 555',
    'https://evil.example/1',
    'evil.example/1.0',
  ])
    assert.equal(programName(client), undefined, client);
});

void test('pauseAfter() grows from seconds to an hour, and no further', () => {
  assert.deepEqual([1, 2, 3, 9, 40].map(pauseAfter), [10_000, 20_000, 40_000, 2_560_000, 3_600_000]);
});

void test('keyOf() is the same for every try, and another for another event or recipient', () => {
  const [event, recipientId] = ['token.issued:1', '0123456789abcdef01234567' as never];
  assert.equal(keyOf({ event, recipientId }), keyOf({ event, recipientId }));
  const others = [
    { event: 'x', recipientId },
    { event, recipientId: '1123456789abcdef01234567' as never },
  ];
  for (const other of others) assert.notEqual(keyOf(other), keyOf({ event, recipientId }));
});
