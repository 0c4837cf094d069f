// What mails say, in both languages, and that a name in one can do nothing else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { compose, type Language } from './compose.ts';
import { type MailFacts } from './model.ts';

const HUB = 'https://hub.example.org';
const ALL: readonly MailFacts[] = [
  { kind: 'token-issued', token: 'laptop', expires: '2026-12-31' },
  { kind: 'token-issued', token: 'laptop', expires: null },
  { kind: 'token-revoked', token: 'laptop', why: 'asked' },
  { kind: 'token-revoked', token: 'laptop', why: 'found' },
  { kind: 'role-changed', organization: 'acme', role: 'write' },
  { kind: 'role-changed', organization: 'acme', role: null },
];

void test('every mail names what it is about, in either language', () => {
  for (const facts of ALL) {
    const write = (language: Language) => compose(facts, { name: 'ada', language, hub: HUB });
    const [english, portuguese] = [write('en'), write('pt')];
    const about = facts.kind === 'role-changed' ? facts.organization : facts.token;
    for (const mail of [english, portuguese]) {
      assert.ok(mail.subject.includes(about) && mail.text.includes(about) && mail.html.includes(about));
      assert.ok(mail.text.includes('ada') && mail.text.includes(HUB));
    }
    assert.notEqual(english.text, portuguese.text);
    assert.match(portuguese.html, /lang="pt"/);
  }
});

void test('a name begins no header and no element', () => {
  const facts = { kind: 'token-revoked', token: 'a\r\nBcc: eve@example.org\n<b>"&', why: 'asked' } as const;
  const { subject, html } = compose(facts, { name: '<i>', language: 'en', hub: HUB });
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  assert.doesNotMatch(subject, /[\u0000-\u001f]/);
  assert.ok(!html.includes('<b>') && !html.includes('<i>'));
  assert.ok(html.includes('&lt;b&gt;&quot;&amp;'));
});
