// Reading fault declarations from source text.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readFaults } from './errors.ts';

void test('readFaults() reads kind, code and message, in each way they are written', () => {
  const text = `
    export const a = defineFault('missing', 'a.gone', (id: string) => \`There is no \${id}.\`);
    export const b = defineFault(
      'conflict',
      'b.taken',
      (url: string) => ['It\\'s taken.', { details: { url } }],
    );
    export const c = defineFault('invalid', 'c.many', (all: string[]) => \`Bad: \${all.map((one) => { return one; }).join('; ')}\`);
    export const d = defineFault('conflict', 'd.said', (said: string) => [said, { hint: 'look' }]);`;
  assert.deepEqual(readFaults(text, 'x.ts'), [
    { kind: 'missing', code: 'a.gone', message: 'There is no ….' },
    { kind: 'conflict', code: 'b.taken', message: "It's taken." },
    { kind: 'invalid', code: 'c.many', message: 'Bad: …' },
    { kind: 'conflict', code: 'd.said', message: '…' },
  ]);
});

void test('readFaults() refuses a code that is not a literal, so that the list is never short', () => {
  assert.throws(() => readFaults(`defineFault('missing', CODE, () => 'x')`, 'x.ts'), /not literals/);
});
