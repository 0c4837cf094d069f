// An attacker asks for the history of somebody else's repository to be rewritten, or for an object that is also in a
// repository of their own to vanish everywhere.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { commit, sampleOf, uploadFile } from '../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

const shared = sampleOf(60_000);

async function erase(hub: ServedHub, repo: string, token: string | undefined): Promise<Response> {
  return await fetch(`${hub.url}/api/models/${repo}/lfs-files/batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ deletions: { sha: [shared.oid], rewriteHistory: true } }),
  });
}

async function headOf(hub: ServedHub, repo: string, token: string): Promise<string> {
  const answer = await fetch(`${hub.url}/api/models/${repo}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { sha: string }).sha;
}

async function holds(hub: ServedHub, url: string, token: string): Promise<boolean> {
  const answer = await fetch(`${hub.url}/${url}`, { headers: { authorization: `Bearer ${token}` } });
  return Buffer.from(await answer.arrayBuffer()).equals(shared.bytes);
}

void test('who may not administer a repository cannot rewrite it', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  const kim = await hub.addUser('kim');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'kim', role: 'contributor' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'eve', role: 'read' });
  const { actor } = await hub.modules.authentication.authenticate(ada);
  for (const visibility of ['public', 'private'] as const) {
    const address = { type: 'model' as const, namespace: 'acme', name: visibility };
    await hub.modules.changes.create(actor, { ...address, visibility, sdk: null, licence: null });
    const repo = `acme/${visibility}`;
    await uploadFile(hub, { token: ada, repo, sample: shared, path: 'weights.bin' });
    const head = await headOf(hub, repo, ada);
    const readOnly = (await hub.addToken('ada', 'read')).text;
    const stranger = await hub.addUser(`stranger-${visibility}`);
    for (const [token, status] of [
      [undefined, 401],
      [readOnly, 403],
      [eve, 403],
      [kim, 403],
      [stranger, visibility === 'public' ? 403 : 404],
    ] as const)
      assert.equal((await erase(hub, repo, token)).status, status, `${visibility} ${String(token)}`);
    assert.equal(await headOf(hub, repo, ada), head);
    assert.ok(await holds(hub, `${repo}/resolve/main/weights.bin`, ada));
  }
});

void test('what is erased from one repository stays whole in every other that holds it', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  const before = new Map<string, string>();
  for (const [token, repo] of [
    [ada, 'ada/model'],
    [eve, 'eve/model'],
  ] as const) {
    await hub.addRepo(repo);
    await uploadFile(hub, { token, repo, sample: shared, path: 'weights.bin' });
    before.set(repo, await headOf(hub, repo, token));
  }
  // Warm caches: what one repository remembers must not answer for the other, before or after.
  assert.ok(await holds(hub, 'eve/model/resolve/main/weights.bin', eve));
  const old = before.get('eve/model') ?? '';
  assert.equal((await erase(hub, 'eve/model', eve)).status, 200);
  for (const revision of ['main', old])
    assert.ok(!(await holds(hub, `eve/model/resolve/${revision}/weights.bin`, eve)), revision);
  assert.equal(await headOf(hub, 'ada/model', ada), before.get('ada/model'));
  assert.ok(await holds(hub, 'ada/model/resolve/main/weights.bin', ada));
  assert.equal(await hub.modules.store.has(shared.oid as Sha256), true);
  const value = { path: 'back.bin', algo: 'sha256', oid: shared.oid, size: shared.size };
  // Naming it again takes more than knowing it: the bytes that ada has give eve nothing.
  await assert.rejects(commit(hub, { token: eve, repo: 'eve/model' }, [{ key: 'lfsFile', value }]), /400/);
});
