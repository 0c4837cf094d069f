// How the paths of routes expand.
import assert from 'node:assert/strict';
import test from 'node:test';
import { expandPath } from './route.ts';

void test('expandPath() writes parameters as the router reads them, digits in their names too', () => {
  assert.deepEqual(expandPath('/lfs/uploads/{repo}/{sha256}'), [
    { path: '/lfs/uploads/:repo/:sha256', repoType: 'model' },
  ]);
});

void test('expandPath() makes one path for each type of repository', () => {
  assert.deepEqual(
    expandPath('/api/{type}/{namespace}/{name}/tree/*').map(({ path }) => path),
    [
      '/api/models/:namespace/:name/tree/*',
      '/api/datasets/:namespace/:name/tree/*',
      '/api/spaces/:namespace/:name/tree/*',
    ],
  );
  assert.deepEqual(expandPath('{prefix}/{namespace}/{name}/raw/*'), [
    { path: '/:namespace/:name/raw/*', repoType: 'model' },
    { path: '/datasets/:namespace/:name/raw/*', repoType: 'dataset' },
    { path: '/spaces/:namespace/:name/raw/*', repoType: 'space' },
  ]);
});
