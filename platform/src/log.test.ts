// What must never reach a log line does not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openLog, redact } from './log.ts';

function lines(act: (log: ReturnType<typeof openLog>) => void): string {
  let text = '';
  act(openLog('test', { write: (line: string) => void (text += line) }));
  return text;
}

void test('openLog() writes one JSON object a line, with process, level and time', () => {
  const entry = JSON.parse(lines((log) => log.info({ n: 1 }, 'hello'))) as Record<string, unknown>;
  assert.deepEqual(
    [entry['process'], entry['level'], entry['n'], entry['msg']],
    ['test', 'info', 1, 'hello'],
  );
  assert.match(String(entry['time']), /^\d{4}-\d\d-\d\dT.*Z$/);
});

void test('openLog() removes tokens, credentials and signatures wherever they stand', () => {
  const token = `hf_${'a'.repeat(36)}`;
  const text = lines((log) => {
    log.info(
      {
        url: `/x?sig=abcdef&y=1`,
        header: `Bearer ${token}`,
        nested: { token, password: 'hunter2', deeper: [{ password: 'quo"zzz' }] },
      },
      `saw ${token}`,
    );
    log.error({
      err: new Error(`token ${token} failed with Basic ${Buffer.from('u:hunter2').toString('base64')}`),
    });
  });
  for (const secret of [
    token,
    'hunter2',
    'quo',
    'zzz',
    'abcdef',
    Buffer.from('u:hunter2').toString('base64'),
  ])
    assert.ok(!text.includes(secret), secret);
  assert.ok(text.includes('y=1'), 'what is not secret stays');
});

void test('redact() leaves other text alone', () => {
  assert.equal(redact('a hf_ prefix, a Bearer, and ?sig'), 'a hf_ prefix, a Bearer, and ?sig');
});

void test('answered() writes the line that info() would write', () => {
  const call = { requestId: 'r-1', operation: 'getFile', status: 200, userId: undefined, seconds: 0.25 };
  for (const one of [call, { ...call, userId: 'a'.repeat(24) }]) {
    const [byHand, general] = [
      (log: ReturnType<typeof openLog>) => log.answered(one),
      (log: ReturnType<typeof openLog>) => log.info(one, 'answered'),
    ].map((act) => JSON.parse(lines(act)) as Record<string, unknown>);
    assert.deepEqual({ ...byHand, time: '' }, { ...general, time: '' });
  }
});
