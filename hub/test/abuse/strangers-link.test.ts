// A stranger got hold of a link that the hub gave to somebody else, for a large file or the chunks of one, whose token is bound
// to no network. The link is all it takes, until it expires or its owner takes it back; so it opens what it names, and lends
// its holder nothing else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parseId } from '@holdfast/kernel/id';
import { askOne } from '../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { askXet, openXet, reconstruction, uploadXet, xetSample } from '../harness/xet.ts';

const REPO = 'ada/secret';
const SAMPLE = xetSample();
const REVOKED_WITHIN_MS = 1000;
/** A link to a whole file is good for six hours, one to chunks for one. */
const [WHOLE_MINUTES, CHUNKS_MINUTES] = [6 * 60, 60];

interface Scene extends ServedHub {
  /** The owner's token, which made the links. */
  readonly owners: { readonly text: string; readonly id: string };
  /** The token of somebody who may not even know of the repository. */
  readonly strangers: string;
  readonly links: { readonly whole: string; readonly chunks: string };
}

async function openScene(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  await hub.addUser('ada');
  const strangers = await hub.addUser('eve');
  await hub.addRepo(REPO);
  const owners = await hub.addToken('ada', 'write');
  const asking = { token: owners.text, repo: REPO };
  await uploadXet(hub, { ...asking, sample: SAMPLE, path: 'weights.bin' });
  const { xorbs } = await reconstruction(await openXet(hub, asking, 'read'), SAMPLE.file.hash);
  const named = { oid: SAMPLE.oid, size: SAMPLE.bytes.length };
  const { actions } = await askOne(hub, { ...asking, operation: 'download', sample: named });
  const links = {
    whole: actions?.download?.href ?? '',
    chunks: xorbs[SAMPLE.xorb.hash]?.[0]?.url ?? '',
  };
  opened.move();
  return Object.assign(hub, { owners, strangers, links });
}

/** Whoever holds the links uses them, with what they have of their own. Gives status, code and the bytes. */
async function use({ links }: Scene, token?: string): Promise<{ said: string[]; bytes: Buffer[] }> {
  const own = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const range = { range: `bytes=0-${SAMPLE.xorb.bytes.length - 1}` };
  const answers = [
    await fetch(links.whole, { headers: own }),
    await fetch(links.chunks, { headers: { ...own, ...range } }),
  ];
  const said = answers.map(({ status, headers }) => `${status} ${headers.get('x-error-code') ?? ''}`.trim());
  return { said, bytes: await Promise.all(answers.map(async (one) => Buffer.from(await one.arrayBuffer()))) };
}

/** Asserts that nothing of the file is in an answer. */
function assertNothing(bytes: readonly Buffer[]): void {
  const piece = SAMPLE.bytes.subarray(0, 64);
  for (const one of bytes) assert.ok(!one.includes(piece));
}

void test('a link that was handed on gives whoever holds it what it names, also beside a token of their own', async () => {
  await using scene = await openScene();
  const content = [SAMPLE.bytes, SAMPLE.xorb.bytes];
  for (const token of [undefined, scene.strangers, scene.owners.text]) {
    const { said, bytes } = await use(scene, token);
    assert.deepEqual(said, ['200', '206']);
    for (const [n, one] of bytes.entries()) assert.ok(content[n]?.equals(one));
  }
});

void test('it lends its holder no right to anything else', async () => {
  await using scene = await openScene();
  const { whole, chunks } = scene.links;
  const eves = { authorization: `Bearer ${scene.strangers}` };
  assert.deepEqual((await use(scene, scene.strangers)).said, ['200', '206']);
  const file = `${scene.url}/${REPO}/resolve/main/weights.bin`;
  assert.equal((await fetch(file, { headers: eves })).status, 404);
  // The names in a link open nothing to a token that has no right to them.
  await scene.addRepo('eve/model');
  const session = await openXet(scene, { token: scene.strangers, repo: 'eve/model' }, 'read');
  assert.equal((await askXet(session, `/v2/reconstructions/${SAMPLE.file.hash}`)).status, 404);
  const batch = { token: scene.strangers, repo: 'eve/model', operation: 'download' } as const;
  const sample = { oid: SAMPLE.oid, size: SAMPLE.bytes.length };
  assert.equal((await askOne(scene, { ...batch, sample })).error?.code, 404);
  // What stands in one for the owner's token is its id, which is no token.
  const token = new URL(whole).searchParams.get('token') ?? '';
  assert.match(token, /^[0-9a-f]{24}$/);
  for (const text of [token, new URL(whole).searchParams.get('sig') ?? '']) {
    const headers = { authorization: `Bearer ${text}` };
    assert.equal((await fetch(`${scene.url}/api/whoami-v2`, { headers })).status, 401);
  }
  const put = await fetch(whole.replace('/lfs/objects/', '/lfs/uploads/'), { method: 'PUT', body: 'x' });
  assert.equal(put.status, 403);
  const beyond = { ...eves, range: `bytes=0-${SAMPLE.xorb.bytes.length}` };
  assert.equal((await fetch(chunks, { headers: beyond })).status, 403);
});

void test('its owner ends it within a second by revoking the token that made it, whatever token its holder has', async () => {
  await using scene = await openScene();
  assert.deepEqual((await use(scene, scene.strangers)).said, ['200', '206']);
  const id = parseId(scene.owners.id);
  assert.ok(id !== undefined);
  await scene.modules.tokens.revoke(OPERATOR, id);
  await delay(REVOKED_WITHIN_MS);
  for (const token of [undefined, scene.strangers]) {
    const { said, bytes } = await use(scene, token);
    assert.deepEqual(said, ['403 LinkEnded', '403 XetFetchEnded']);
    assertNothing(bytes);
  }
});

void test('it ends by itself, whatever token its holder has', async () => {
  await using scene = await openScene();
  scene.passTime(CHUNKS_MINUTES - 1);
  assert.deepEqual((await use(scene)).said, ['200', '206']);
  scene.passTime(2);
  for (const token of [undefined, scene.strangers]) {
    const { said, bytes } = await use(scene, token);
    assert.deepEqual(said, ['200', '403 XetFetchExpired']);
    assertNothing(bytes.slice(1));
  }
  scene.passTime(WHOLE_MINUTES - CHUNKS_MINUTES);
  for (const token of [undefined, scene.strangers]) {
    const { said, bytes } = await use(scene, token);
    assert.deepEqual(said, ['403 LinkExpired', '403 XetFetchExpired']);
    assertNothing(bytes);
  }
});
