// What is a mail address, and what only looks like one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isMailAddress, mayBeWrittenTo } from './mail-address.ts';

void test('isMailAddress() takes what people have', () => {
  for (const text of [
    'ada@example.org',
    'a@localhost',
    "o'hara+hub=1@mail.example.co.uk",
    'user%host@example.org',
    'ada.l.king@example.org',
    'joão@exemplo.br',
    'ada@münchen.example',
    'ada@xn--mnchen-3ya.example',
    `${'a'.repeat(64)}@example.org`,
  ])
    assert.equal(isMailAddress(text), true, text);
});

void test('isMailAddress() refuses what is more than one, or hides something', () => {
  for (const text of [
    ...['', 'ada', '@example.org', 'ada@', 'ada@@example.org', 'ada@example.org@evil.example'],
    ...[
      'ada@example.org,bob@example.org',
      'ada@example.org;bob',
      'ada(comment)@example.org',
      'a:b;@example.org',
    ],
    ...[
      'Ada <ada@example.org>',
      '"ada"@example.org',
      'ada\\@example.org',
      'ada@[192.0.2.1]',
      'a[b]@example.org',
    ],
    ...[
      'ada@example.org\n',
      'ada@example.org\r\nBcc: bob@example.org',
      'a da@example.org',
      'ada@example\u2028.org',
    ],
    ...['ada\u0000@example.org', 'ada\u200b@example.org', 'ada\u202e@example.org', 'ada\ud800@example.org'],
    ...[
      'ada@.example.org',
      'ada@example..org',
      'ada@example.org.',
      'ada@-example.org',
      'ada@exa%mple.org',
      'ada@a_b.example',
    ],
    ...[`${'a'.repeat(65)}@example.org`, `ada@${'a'.repeat(64)}.org`, `ada@${'abc.'.repeat(47)}org`],
  ])
    assert.equal(isMailAddress(text), false, JSON.stringify(text));
});

void test('isMailAddress() takes a time that does not grow with what is asked', () => {
  const began = performance.now();
  for (const text of [`ada@${'a-'.repeat(200_000)}`, `ada@${'a.'.repeat(200_000)}`, 'a'.repeat(400_000)])
    assert.equal(isMailAddress(text), false);
  assert.ok(performance.now() - began < 200);
});

void test('mayBeWrittenTo() takes what accounts have from before, and nothing that is more than one recipient or hides something', () => {
  for (const text of [
    'ada@example.org',
    'taro.@docomo.example',
    'a..b@ezweb.example',
    'x@my_host.local',
    'ada@example.org.',
  ])
    assert.equal(mayBeWrittenTo(text), true, text);
  for (const text of [
    ...[
      '',
      'ada',
      '@a',
      'ada@',
      'ada@a@b',
      'ada@a,bob@b',
      'ada@a;b',
      'ada(c)@a',
      'Ada <ada@a>',
      '"ada"@a',
      'ada@[192.0.2.1]',
    ],
    ...[
      'ada@a\n',
      'ada@a\r\nBcc: bob@b',
      'a da@a',
      'ada\u0000@a',
      'ada\u200b@a',
      'ada\u202e@a',
      'ada@a\u2028b',
    ],
  ])
    assert.equal(mayBeWrittenTo(text), false, JSON.stringify(text));
});
