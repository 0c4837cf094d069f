// Whose key is whose.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { mintToken } from '../token-text.ts';
import { judgeBinding } from './binding.ts';
import { judgeBrokeredValue, makePlaceholder } from './placeholder.ts';
import { findProvider, PROVIDERS } from './providers.ts';
import { recogniseSecret } from './recognise.ts';

const a = (count: number, from = 'aB3'): string => from.repeat(count).slice(0, count);

const kindsOf = (text: string): string =>
  text.replaceAll(/[0-9]/g, '0').replaceAll(/[a-z]/g, 'a').replaceAll(/[A-Z]/g, 'A');

/** Keys by shape, under a name that says nothing. */
const BY_SHAPE: readonly (readonly [provider: string, value: string])[] = [
  ['openai', `sk-proj-${a(60)}T3BlbkFJ${a(60)}`],
  ['openai', `sk-${a(20)}T3BlbkFJ${a(20)}`],
  ['anthropic', `sk-ant-api03-${a(95)}`],
  ['google-ai', `AIza${a(35)}`],
  ['huggingface', `hf_${a(34)}`],
  ['huggingface', `hf_${a(36)}`],
  ['groq', `gsk_${a(52)}`],
  ['replicate', `r8_${a(37)}`],
  ['openrouter', `sk-or-v1-${a(64, '0af')}`],
  ['github', `ghp_${a(36)}`],
  ['github', `github_pat_${a(82)}`],
  ['gitlab', `glpat-${a(20)}`],
  ['stripe', `sk_live_${a(24)}`],
  ['slack', 'xoxb-123456789012-1234567890123-abcDEF123456'],
  ['npm', `npm_${a(36)}`],
  ['sendgrid', `SG.${a(22)}.${a(43)}`],
  ['telegram', `123456789:${a(35)}`],
  ['postgres', 'postgresql+asyncpg://u:p@db.example.org/x'],
  ['database', 'mongodb+srv://u:p@c.example.org'],
  ['private-key', '-----BEGIN RSA PRIVATE KEY-----\nMII'],
  ['google-service-account', '{\n  "type": "service_account"'],
];

void test('recogniseSecret() knows keys by their shape', () => {
  for (const [provider, value] of BY_SHAPE)
    assert.equal(recogniseSecret('SOMETHING', Buffer.from(value))?.provider, provider, value);
  for (const value of ['', 'hello', a(40), a(32), `x${a(20)}`, 'a'.repeat(10_000)])
    assert.equal(recogniseSecret('SOMETHING', Buffer.from(value)), undefined);
});

void test('recogniseSecret() takes the name where the shape is that of many', () => {
  assert.equal(recogniseSecret('AWS_SECRET_ACCESS_KEY', Buffer.from(a(40)))?.provider, 'aws');
  assert.equal(recogniseSecret('mistral_api_key', Buffer.from(a(32)))?.provider, 'mistral');
  assert.equal(recogniseSecret('COHERE_API_KEY', Buffer.from(a(40)))?.provider, 'cohere');
  assert.equal(recogniseSecret('MISTRAL_API_KEY', Buffer.from('what?')), undefined);
});

void test('recogniseSecret() tells tokens of this hub from those of Hugging Face by their check', () => {
  const token = mintToken().reveal('to test it');
  assert.deepEqual(recogniseSecret('HF_TOKEN', Buffer.from(token))?.hosts, ['hub.holdfast.internal']);
  const other = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
  assert.ok(recogniseSecret('HF_TOKEN', Buffer.from(other))?.hosts.includes('huggingface.co'));
});

void test('recogniseSecret() says why a value cannot be brokered', () => {
  const telegram = recogniseSecret('X', Buffer.from(`123456789:${a(35)}`));
  assert.match(telegram?.unbrokerable ?? '', /path/);
  assert.deepEqual(telegram?.places, []);
});

void test('every provider of the table may be bound to what it names', () => {
  for (const { id, brokering, cleanUp } of PROVIDERS) {
    assert.ok(cleanUp.say.length > 10 && cleanUp.where.length > 5, id);
    if (brokering.kind === 'none') assert.ok(brokering.why.length > 20, id);
    else if (id !== 'aws') assert.equal(judgeBinding(brokering.hosts, brokering.places), undefined, id);
  }
  assert.equal(new Set(PROVIDERS.map(({ id }) => id)).size, PROVIDERS.length);
  assert.equal(findProvider('stripe')?.title, 'Stripe');
  assert.equal(findProvider(null), undefined);
});

void test('a shape takes time in proportion to what it reads', () => {
  const hostile = ['hf_', 'sk-', 'sk-proj-T3BlbkFJ', 'postgres://', '-----BEGIN ', 'ghp_', 'xoxb-', '{'].map(
    (start) => Buffer.from(`${start}${'a-'.repeat(4_000)}\n`),
  );
  const began = performance.now();
  for (let round = 0; round < 20; round += 1)
    for (const value of hostile) recogniseSecret('AWS_SECRET_ACCESS_KEY', value);
  assert.ok(performance.now() - began < 2_000);
});

void test('makePlaceholder() looks like the value, and is none', () => {
  for (const [provider, value] of BY_SHAPE.slice(0, 16)) {
    const made = makePlaceholder(Buffer.from(value), randomBytes);
    assert.equal(made.length, value.length);
    assert.notEqual(made, value);
    if (!value.includes('T3BlbkFJ'))
      assert.equal(recogniseSecret('X', Buffer.from(made))?.provider, provider, made);
    if (provider !== 'openrouter') assert.equal(kindsOf(made), kindsOf(value));
  }
});

void test('makePlaceholder() gives a new one each time, and for a token of ours none that could be valid', () => {
  const token = mintToken().reveal('to test it');
  const made = Array.from({ length: 200 }, () => makePlaceholder(Buffer.from(token), randomBytes));
  assert.equal(new Set(made).size, 200);
  for (const one of made) {
    assert.ok(one.startsWith('hf_') && one.length === token.length);
    assert.equal(recogniseSecret('HF_TOKEN', Buffer.from(one))?.provider, 'huggingface');
  }
});

void test('makePlaceholder() keeps no beginning that the table does not know', () => {
  const value = 'abcdefab-cdef-abcd-abcd-abcdefabcdef';
  assert.match(
    makePlaceholder(Buffer.from(value), (count) => Buffer.alloc(count, 0)),
    /^[0-]+$/,
  );
});

void test('makePlaceholder() tries again when chance gives the value', () => {
  const value = 'abcdefabcdefabcdef';
  let given = 0;
  const made = makePlaceholder(Buffer.from(value), (count) => {
    given += 1;
    if (given > value.length) return Buffer.alloc(count, 1);
    return Buffer.alloc(count, '0123456789abcdef'.indexOf(value[given - 1] ?? ''));
  });
  assert.equal(made, '1'.repeat(18));
});

void test('makePlaceholder() takes no byte that would make some digits likelier', () => {
  let given = 0;
  const made = makePlaceholder(Buffer.from('0123456789012345'), () => {
    given += 1;
    return given % 2 === 0 ? Buffer.from([7]) : Buffer.from([255]);
  });
  assert.equal(made, '7'.repeat(16));
});

void test('judgeBrokeredValue() refuses what no header holds and what cannot be told from text', () => {
  assert.equal(judgeBrokeredValue(Buffer.from(a(16))), undefined);
  for (const value of [
    '',
    'short',
    'two words and more',
    'line\nend of a value',
    'schlüssel-von-allem',
    a(9_000),
    'sk-ant-api03-abc',
    '----------------------',
  ])
    assert.notEqual(judgeBrokeredValue(Buffer.from(value)), undefined, value);
  assert.throws(() => makePlaceholder(Buffer.from('short'), randomBytes), /cannot be brokered/);
});
