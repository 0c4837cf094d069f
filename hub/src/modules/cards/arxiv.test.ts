// Links to papers in the text of a README.
import assert from 'node:assert/strict';
import test from 'node:test';
import { listArxivIds } from './arxiv.ts';

void test('listArxivIds() finds papers in every form of link, each once', () => {
  const text = [
    'https://arxiv.org/abs/1810.04805v2 http://www.arxiv.org/pdf/2005.14165.pdf arXiv:1706.03762 arxiv: 1301.3781',
    'https://huggingface.co/papers/2401.00001 https://hf.co/papers/2401.00002 https://arxiv.org/html/2401.00003 arxiv.org/abs/1810.04805',
  ].join('\n');
  assert.deepEqual(listArxivIds(text), [
    '1810.04805',
    '2005.14165',
    '1706.03762',
    '1301.3781',
    '2401.00001',
    '2401.00002',
    '2401.00003',
  ]);
});

void test('listArxivIds() takes no other number for a paper', () => {
  assert.deepEqual(
    listArxivIds('1810.04805 arxiv.org/abs/123.456 arxiv.org/abs/1810.048056 arxiv.org/list/1810.04805'),
    [],
  );
});

void test('listArxivIds() ends with a bounded list, in time that grows with the text', () => {
  assert.equal(
    listArxivIds(Array.from({ length: 500 }, (_, index) => `arxiv:2401.${10_000 + index}`).join(' ')).length,
    100,
  );
  const start = process.cpuUsage();
  for (const unit of ['arxiv:', 'arxiv.org/abs/', 'huggingface.co/', 'arxiv: 1810.0480'])
    listArxivIds(unit.repeat((1024 * 1024) / unit.length));
  assert.ok(process.cpuUsage(start).user < 1000_000);
});
