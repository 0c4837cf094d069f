// What is asked of an organisation's ledger is written as addresses of pages are.
import assert from 'node:assert/strict';
import test from 'node:test';
import { orgSubject, writtenRepo } from './org-subject.ts';

const ID = '0123456789abcdef01234567';

void test('orgSubject() takes names in the organisation and references, and nothing else', () => {
  for (const [text, type] of [
    ['acme/x', 'model'],
    ['models/acme/x', 'model'],
    ['datasets/ACME/x', 'dataset'],
    ['/spaces/acme/x', 'space'],
  ] as const)
    assert.deepEqual(orgSubject('acme', text), { kind: 'repo', type, name: 'x' }, text);
  assert.deepEqual(orgSubject('acme', `secret:${ID}`), { kind: 'reference', reference: `secret:${ID}` });
  for (const text of [
    '',
    'x',
    'umbrella/x',
    'datasets/umbrella/x',
    'acme/',
    'acme/x/y',
    `session:${ID}`,
    'instance',
  ])
    assert.equal(orgSubject('acme', text), undefined, text);
});

void test('writtenRepo() writes what orgSubject() reads', () => {
  for (const type of ['model', 'dataset', 'space'] as const)
    assert.deepEqual(orgSubject('acme', writtenRepo('acme', { type, name: 'x' })), {
      kind: 'repo',
      type,
      name: 'x',
    });
});
