// From what a credential was made is signed with it, and decides who may use it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { NO_RUN, originFields, runForUse, type ProvenRun } from './origin.ts';

const TOKEN = '00000000000000000000000a' as Id;
const RUN = '0000000000000000000000aa' as Id;
const OTHER = '0000000000000000000000ab' as Id;

void test('originFields() has the run where there is one, and else is as it always was', () => {
  assert.deepEqual(originFields({ tokenId: TOKEN, run: '', expires: 7 }), [TOKEN, '7']);
  assert.deepEqual(originFields({ tokenId: TOKEN, run: RUN, expires: 7 }), [TOKEN, '7', RUN]);
  assert.deepEqual(originFields({ tokenId: '', run: RUN, expires: 7 }), ['', '7', RUN]);
});

void test('runForUse() lets a run use what is its own, and everybody what is nobody’s', () => {
  const [run, other] = [RUN as ProvenRun, OTHER as ProvenRun];
  assert.equal(runForUse(RUN, run), run);
  assert.equal(runForUse('', NO_RUN), NO_RUN);
  assert.equal(runForUse('', run), NO_RUN);
  assert.equal(runForUse(RUN, NO_RUN), undefined);
  assert.equal(runForUse(RUN, other), undefined);
});
