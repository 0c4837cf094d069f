// What a token may do is said in full: nothing that it opens is left out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { describeGrant, type Grant } from './grant-words.ts';
import { LANGUAGES } from './words/words.ts';

const words = LANGUAGES.en.tokens;
const entity = { type: 'org', id: '1'.repeat(24), name: 'team' } as never;

function grantOf(scoped: object[], gated = false): Grant {
  return { role: 'fineGrained', scoped: scoped as never, global: [], canReadGatedRepos: gated };
}

void test('describeGrant() says where and what', () => {
  assert.deepEqual(describeGrant({ role: 'write' }, words), [words.summary.write]);
  const model = { entity: { ...(entity as object), type: 'model', name: 'team/bert' } };
  assert.deepEqual(
    describeGrant(
      grantOf([
        { ...model, permissions: ['repo.content.read', 'repo.write'] },
        { entity, permissions: ['repo.content.read'], patterns: ['bert-*'] },
        { entity, permissions: ['org.members.read', 'job.write'] },
      ]),
      words,
    ),
    [
      'The model team/bert: read and change files and settings, move, delete',
      'Repositories of team named bert-*: read files',
      'All of team: see members and their roles; “job.write”, which opens nothing here',
    ],
  );
  assert.deepEqual(describeGrant(grantOf([]), words), [words.summary.publicOnly]);
  assert.deepEqual(describeGrant(grantOf([], true), words), [words.summary.gated]);
});
