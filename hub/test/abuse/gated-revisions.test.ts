// Somebody who may know that a gated repository exists, and not read it, asks which branches, tags and commits it has.
import assert from 'node:assert/strict';
import test from 'node:test';
import { commit, regularFile } from '../harness/lfs.ts';
import { openServedHub } from '../harness/served-hub.ts';

void test('info of a gated repository tells the head, and nothing of any other revision', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  const { head: first } = await hub.addRepo('ada/gated', { visibility: 'public' });
  const head = await commit(hub, { token: ada, repo: 'ada/gated' }, [regularFile('a.txt', 'a')]);
  const branch = await fetch(`${hub.url}/api/models/ada/gated/branch/secret-plan`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada}`, 'content-type': 'application/json' },
    body: '{}',
  });
  assert.equal(branch.status, 200);
  const { actor } = await hub.modules.authentication.authenticate(ada);
  await hub.modules.changes.changeSettings(
    () => Promise.resolve(actor),
    { type: 'model', namespace: 'ada', name: 'gated' },
    { gated: 'manual' },
  );
  const ask = async (token: string, revision: string) => {
    const where = `${hub.url}/api/models/ada/gated${revision === '' ? '' : `/revision/${revision}`}`;
    const answer = await fetch(where, { headers: { authorization: `Bearer ${token}` } });
    const { sha } = (await answer.json()) as { sha?: string };
    return [answer.status, answer.headers.get('x-error-code'), sha];
  };
  for (const revision of ['', 'main', head]) assert.deepEqual(await ask(eve, revision), [200, null, head]);
  for (const revision of ['secret-plan', 'no-such', String(first), '0'.repeat(40)])
    assert.deepEqual(await ask(eve, revision), [403, 'GatedRepo', undefined], revision);
  assert.deepEqual(await ask(ada, 'secret-plan'), [200, null, head]);
  assert.equal((await ask(ada, 'no-such'))[0], 404);
});
