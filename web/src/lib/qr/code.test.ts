// Codes as they were when a reader (zbar) read each of them back, over sizes with and without alignment and version marks.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { qrPath } from './code.ts';

const ADDRESS =
  'otpauth://totp/Holdfast:alice%40hub.example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Holdfast';

void test('qrPath() draws what a reader reads', () => {
  const known: [string, number, string][] = [
    ['hi', 21, '325d03e476ea474f'],
    [ADDRESS, 41, '72b4ee2819f8e851'],
    ['x'.repeat(60), 33, '4df4aca66e42007b'],
    ['y'.repeat(150), 49, '060ca6a395c3c80a'],
    ['z'.repeat(200), 57, '1c5ee5caa1fc54a9'],
  ];
  for (const [text, size, digest] of known) {
    const code = qrPath(text);
    assert.equal(code.size, size, text);
    assert.equal(createHash('sha256').update(code.path).digest('hex').slice(0, 16), digest, text);
  }
  assert.throws(() => qrPath('x'.repeat(300)), RangeError);
});
