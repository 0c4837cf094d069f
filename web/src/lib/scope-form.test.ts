// What was chosen in the form for a new token becomes scopes, and nothing else does.
import assert from 'node:assert/strict';
import test from 'node:test';
import { scopesOf } from './scope-form.ts';

void test('scopesOf() takes whole namespaces, single repositories, names and typed scopes', () => {
  const form = new URLSearchParams({
    'user:ada': 'read',
    'org:team': 'write',
    'org:other': '',
    'more:org:other': 'org.members.read',
    'more:user:ada': 'org.members.read',
    'org:odd': 'org.write',
    ...{ 'target-kind-0': 'model', 'target-0': ' ada/bert ', 'target-may-0': 'write' },
    ...{ 'target-kind-1': 'names', 'target-1': 'Team/bert-*', 'target-may-1': 'read' },
    ...{ 'target-kind-2': 'names', 'target-2': '', 'target-may-2': 'write' },
    scopes: '\r\n org:team=org.read \r\n\r\n',
    name: 'write',
  });
  assert.deepEqual(scopesOf(form, ['team']), [
    'user:ada=repo.content.read',
    'org:team=repo.content.read,repo.write',
    'org:other=org.members.read',
    'model:ada/bert=repo.content.read,repo.write',
    'org:Team/bert-*=repo.content.read',
    'org:team=org.read',
  ]);
  assert.deepEqual(scopesOf(new URLSearchParams({ 'target-0': 'ada/x*', 'target-kind-0': 'names' }), []), [
    'user:ada/x*=repo.content.read',
  ]);
});
