// What the command line makes of an export that ends before its end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { presentFailure } from './failure.ts';
import { wholeExport } from './ledger-export.ts';

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  await Promise.resolve();
  yield* lines;
}

void test('wholeExport() passes lines on, and says why there are no more', async () => {
  const entry = '{"type":"entry","body":"{\\"type\\":\\"stopped\\"}"}';
  const whole = await Array.fromAsync(wholeExport(linesOf([entry, '{"type":"end"}'])));
  assert.deepEqual(whole, [entry, '{"type":"end"}']);
  const stopped = {
    type: 'stopped',
    code: 'ledger.cut-meanwhile',
    message: 'Cut meanwhile.',
    hint: 'try again',
  };
  const seen: string[] = [];
  const reading = (async () => {
    for await (const line of wholeExport(linesOf([entry, JSON.stringify(stopped), entry]))) seen.push(line);
  })();
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.deepEqual(seen, [entry]);
  const { text, exitCode } = presentFailure(error, false);
  assert.match(text, /^Error: Cut meanwhile\.[\s\S]*try again/);
  assert.equal(exitCode, 3);
});
