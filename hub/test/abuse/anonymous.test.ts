// Somebody without a token calls every route of an instance that is for its users. Only what is open by declaration
// answers; everything else refuses, whatever the route is, and the operator's routes are not there at all.
import assert from 'node:assert/strict';
import test from 'node:test';
import { accessRules } from '../../src/describe.ts';
import { openServedHub } from '../harness/served-hub.ts';

// Clients call these without a token, so they answer: with the caller's own text, or with lists that every hub has.
const HARMLESS = new Set(['validateYaml', 'listModelTags', 'listDatasetTags', 'listHardware']);
/** Pages are there for those who want to sign in; their files are asked for by a name that none has. */
const PAGES = new Set(
  (
    'getPage postPage getPageFile getRepoPage postRepoPage postSecretPage postRepoText planPageUpload putPageObject ' +
    'commitFromPage'
  ).split(' '),
);
/** RFC 6749 has a form of its own for refusals. */
const OAUTH = 'exchangeToken';
const BODIES: Readonly<Record<string, string>> = { revokeCredentials: '{"credentials":["x"]}' };

function pathFor(path: string): string {
  return path
    .replace('{type}', 'models')
    .replace('{prefix}', '')
    .replaceAll(
      /\{(\w+)\}/g,
      (_all, name: string) =>
        ({ namespace: 'alice', name: 'open', repo: 'a'.repeat(24), sha256: 'b'.repeat(64), part: '1' })[
          name
        ] ?? 'x',
    )
    .replace(/\*$/, 'main/README.md');
}

void test('no route answers the anonymous, but those that are open', async (t) => {
  await using hub = await openServedHub();
  await hub.addUser('alice');
  await hub.addRepo('alice/open', { visibility: 'public' });
  const rules = accessRules();
  assert.ok(rules.length > 40, String(rules.length));
  for (const { method, path, operation, access } of rules)
    await t.test(`${method} ${path} (${access})`, async () => {
      const body = ['POST', 'PUT', 'PATCH'].includes(method) ? (BODIES[operation] ?? '{}') : null;
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(hub.url + pathFor(path), { method, headers, body, redirect: 'manual' });
      await answer.body?.cancel();
      const code = answer.headers.get('x-error-code');
      if (PAGES.has(operation))
        assert.ok([200, 303, 400, 403, 404].includes(answer.status), `${answer.status}`);
      else if (access === 'open') assert.ok(answer.status < 300, `${answer.status} ${code}`);
      else if (access === 'operator')
        assert.ok([401, 404].includes(answer.status), `${answer.status} ${code}`);
      else if (access === 'link')
        assert.ok([400, 401, 403, 404].includes(answer.status), `${answer.status} ${code}`);
      else if (access === 'user') assert.equal(answer.status, 401, `${code}`);
      else if (HARMLESS.has(operation)) assert.ok(answer.status < 500);
      // A malformed call may be refused before anything is looked up; nothing is ever answered.
      else assert.ok([400, 401, 404, 422].includes(answer.status), `${answer.status} ${code}`);
      if (answer.status >= 400 && operation !== OAUTH) assert.ok(code !== null && code !== 'InternalError');
    });
});
