// Lines of logs as pages show them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { plainLine } from './plain-line.ts';

void test('plainLine() takes out what commands a terminal', () => {
  for (const [written, shown] of [
    ['\u001b[1;31mred\u001b[0m and plain', 'red and plain'],
    ['\u001b]0;a title\u0007after', 'after'],
    ['\u001b]52;c;Y3VybCBldmls\u001b\\after', 'after'],
    ['\u001b]8;;https://evil.example\u001b\\here\u001b]8;;\u001b\\', 'here'],
    ['\u001bP+q544e\u001b\\\u001bcreset', 'reset'],
    ['\u001b]52;c;never ended', ''],
    ['\u009b31mone byte', '31mone byte'],
    ['a\u0000b\u0008c\u007fd', 'abcd'],
    ['ends with \u001b', 'ends with '],
  ] as const)
    assert.equal(plainLine(written), shown, JSON.stringify(written));
});

void test('plainLine() shows a line as it reads, and the last of what was written over', () => {
  assert.equal(plainLine('\u202egnp.exe\u202c \u2066x\u2069'), 'gnp.exe x');
  assert.equal(plainLine('10%\r20%\r100%'), '100%');
  assert.equal(plainLine('done\r'), 'done');
  assert.equal(plainLine('<script>alert(1)</script>\tolá 文'), '<script>alert(1)</script>\tolá 文');
  assert.equal(plainLine('x'.repeat(5_000)).length, 4_001);
});
