// No value gets into a log in a form that an app is likely to write it in, however its bytes are cut.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { Mask, partsOfValues } from './mask.ts';

const TOKEN = 'hf_Qw3rT/y+uI"op\\As=d';
const LINES = '-----BEGIN KEY-----\nshort-one\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----\n';

/** Forms, by what writes them. */
const WRITTEN: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  hex: (value) => Buffer.from(value).toString('hex'),
  'upper hex': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 after one byte': (value) => Buffer.from(`:${value}`).toString('base64'),
  'base64 after two bytes': (value) => Buffer.from(`me:${value}`).toString('base64'),
  base64url: (value) => Buffer.from(`u:${value}`).toString('base64url'),
  'base64 in lines': (value) => Buffer.from(value).toString('base64').replaceAll(/.{12}/g, '$&\r\n'),
  JSON: (value) => JSON.stringify({ value }),
  'URL encoding': (value) => encodeURIComponent(value),
  'lower URL encoding': (value) => encodeURIComponent(value).replaceAll(/%../g, (byte) => byte.toLowerCase()),
  'a query': (value) => new URLSearchParams({ value }).toString(),
};

function maskIn(parts: readonly Buffer[], values: readonly string[]): string {
  const mask = new Mask(partsOfValues(values.map((value) => Buffer.from(value))));
  return Buffer.concat([...parts.map((part) => mask.feed(part)), mask.finish()]).toString();
}

function maskWhole(text: string, ...values: readonly string[]): string {
  return maskIn([Buffer.from(text)], values);
}

/** Whether six letters in a row of what stands for a value are left. */
function isLeft(written: string, said: string): boolean {
  const letters = written.replaceAll(/[\r\n]/g, '');
  const rest = said.replaceAll(/[\r\n]/g, '');
  for (let at = 0; at + 6 <= letters.length; at += 1)
    if (rest.includes(letters.slice(at, at + 6))) return true;
  return false;
}

for (const [name, write] of Object.entries(WRITTEN))
  void test(`a value is masked in ${name}, wherever what the app wrote is cut`, () => {
    const written = write(TOKEN);
    const text = Buffer.from(`before ${written} after\n`);
    const whole = maskIn([text], [TOKEN]);
    assert.match(whole, /^before .*\*\*\*/);
    assert.match(whole, / after\n$/);
    const value = name === 'JSON' || name === 'a query' ? written.slice(10, -3) : written;
    assert.ok(!isLeft(value, whole), whole);
    for (let cut = 0; cut <= text.length; cut += 1)
      assert.equal(maskIn([text.subarray(0, cut), text.subarray(cut)], [TOKEN]), whole, `cut at ${cut}`);
    assert.equal(
      maskIn(
        [...text].map((byte) => Buffer.from([byte])),
        [TOKEN],
      ),
      whole,
      'byte by byte',
    );
  });

void test('a value of several lines is masked as a whole, line by line, and in one line', () => {
  const rest = LINES.trimEnd().split('\n');
  for (const said of [LINES, rest.map((line) => `12:00:01 | ${line} |`).join('\n'), JSON.stringify(LINES)]) {
    const masked = maskWhole(said, LINES);
    for (const line of rest) assert.ok(!isLeft(line, masked), masked);
  }
  assert.equal(maskWhole('a short-one b', LINES), 'a *** b');
});

void test('a piece of a long value is masked, and one that two values have in common', () => {
  const [first, second] = [randomBytes(40).toString('hex'), 'x'.repeat(30)];
  assert.equal(maskWhole(`"${first.slice(20, 50)}..."`, first), '"***..."');
  assert.equal(maskWhole(`${first}${second}${first}|`, first, second), '***|');
});

void test('a line break stays where it is, and an empty line parts what belongs to no value', () => {
  const value = 'abcdefghijkl';
  assert.equal(maskWhole('abcdef\nghijkl\n', value), '***\n***\n');
  assert.equal(maskWhole('abcdef\r\nghijkl', value), '***\r\n***');
  assert.equal(maskWhole('abcdef\n\n\nghijkl', value), 'abcdef\n\n\nghijkl');
});

void test('what is too short is left, and so is all that is no value', () => {
  assert.equal(maskWhole('mode=1234567', '1234567'), 'mode=1234567');
  assert.equal(maskWhole('mode=12345678', '12345678'), 'mode=***');
  const other = randomBytes(300_000).toString('latin1');
  assert.equal(maskWhole(other, TOKEN, LINES), other);
});

void test('a line is not held back for long, and a value that goes on behind it is known', () => {
  const mask = new Mask(partsOfValues([Buffer.from('abcdefghijklmnopqrstuvwxyz')]));
  const said = [mask.feed(Buffer.from('listening\nabcdefghij\n')), mask.release()].join('');
  assert.equal(said, 'listening\nabcdefghij\n');
  assert.equal(mask.feed(Buffer.from('klmnopqrstuvwxyz')).toString() + mask.finish().toString(), '***');
});

void test('what is held back and what is kept have bounds, and a byte costs the same whatever it is', () => {
  // Line breaks before a value are no part of it, and random bytes may begin with some.
  const values = Array.from({ length: 8 }, () => `key-${randomBytes(32_768).toString('latin1')}`);
  const parts = partsOfValues(values.map((value) => Buffer.from(value)));
  const mask = new Mask(parts);
  let given = 0;
  for (let n = 0; n < 200; n += 1) given += mask.feed(Buffer.from('ab\r\n')).length;
  assert.ok(800 - given < 50, `${800 - given} bytes are held back`);
  const time = (text: Buffer): number => {
    const one = new Mask(partsOfValues([Buffer.from('a'.repeat(30_000))]));
    const began = performance.now();
    for (let n = 0; n < 4; n += 1) one.feed(text);
    return performance.now() - began;
  };
  const [plain, hostile] = [Buffer.alloc(500_000, 'xy'), Buffer.alloc(500_000, `${'a'.repeat(15)}b`)];
  time(plain);
  assert.ok(time(hostile) < 20 * time(plain), 'what nearly is a value costs no more');
  const whole = Buffer.from(values[3] ?? '');
  assert.equal(
    new Mask(parts)
      .feed(Buffer.concat([whole, Buffer.alloc(40, 'é')]))
      .subarray(0, 3)
      .toString(),
    '***',
  );
});
