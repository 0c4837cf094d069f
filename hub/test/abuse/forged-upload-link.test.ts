// An attacker alters a signed link, uses it on another object, repository or act, or after its time or its token.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { parseId } from '@holdfast/kernel/id';
import { NO_RUN } from '../../src/modules/access/index.ts';
import { signLink, type Link } from '../../src/modules/blobs/index.ts';
import { askOne, put, sampleOf, uploadLink } from '../harness/lfs.ts';
import { openServedHub, OPERATOR } from '../harness/served-hub.ts';

const codeOf = (answer: Response): string => `${answer.status} ${answer.headers.get('x-error-code') ?? ''}`;

void test('a link is worth nothing once anything in it was changed', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const other = await hub.addRepo('ada/other');
  const sample = sampleOf(1000);
  const foreign = sampleOf(1000);
  const href = await uploadLink(hub, { token, repo: 'ada/model', sample });
  const changes: ((url: string) => string)[] = [
    (url) => url.replace(id, other.id),
    (url) => url.replace(sample.oid, foreign.oid),
    (url) => url.replace('size=1000', 'size=1001'),
    (url) => url.replace(/expires=(\d+)/, (_all, at: string) => `expires=${Number(at) + 1}`),
    (url) => url.replace(/&token=[0-9a-f]+/, ''),
    (url) => url.replace(/&token=[0-9a-f]+/, `&token=${'0'.repeat(24)}`),
    (url) => url.replace(/sig=./, (start) => (start === 'sig=A' ? 'sig=B' : 'sig=A')),
    (url) => url.replace(/&sig=.*/, ''),
    (url) => url.replace(/&sig=.*/, '&sig='),
    (url) => `${url}&size=1000`,
    (url) => url.replace('/lfs/uploads/', '/lfs/objects/'),
  ];
  for (const [index, change] of changes.entries()) {
    assert.notEqual(change(href), href, `change ${index} changes nothing`);
    const answer = await put(change(href), foreign.bytes);
    assert.ok([403, 404].includes(answer.status), `change ${index}: ${codeOf(answer)}`);
  }
  for (const repoId of [id, other.id])
    assert.equal(await hub.modules.blobs.find(repoId, foreign.oid as Sha256), undefined);
  assert.equal((await put(href, sample.bytes)).status, 200);
});

void test('a link for one act does not serve another', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const sample = sampleOf(1000);
  const { actions } = await askOne(hub, { token, repo: 'ada/model', operation: 'upload', sample });
  const [store, verify] = [actions?.upload?.href ?? '', actions?.verify?.href ?? ''];
  const query = new URL(verify).search;
  assert.equal(codeOf(await put(`${store.split('?')[0]}${query}`, sample.bytes)), '403 LinkInvalid');
  await put(store, sample.bytes);
  const fetchUrl = store.replace('/lfs/uploads/', '/lfs/objects/');
  assert.equal(codeOf(await fetch(fetchUrl)), '403 LinkInvalid');
});

void test('a link ends with its time', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const tokenId = parseId((await hub.addToken('ada', 'write')).id);
  const sample = sampleOf(1000);
  assert.ok(tokenId !== undefined);
  const link: Link = {
    act: 'store',
    repoId: id,
    sha256: sample.oid as Sha256,
    size: 1000,
    upload: '',
    part: 0,
    tokenId,
    run: NO_RUN,
    expires: Math.floor(Date.now() / 1000) - 1,
  };
  const url = (of: Link): string =>
    `${hub.url}/lfs/uploads/${id}/${sample.oid}?${signLink(hub.modules.keys, of)}`;
  assert.equal(codeOf(await put(url(link), sample.bytes)), '403 LinkExpired');
  assert.equal((await put(url({ ...link, expires: link.expires + 60 }), sample.bytes)).status, 200);
});

void test('a link ends with its token, and with the right to write', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(1000);
  const token = await hub.addToken('ada', 'write');
  const href = await uploadLink(hub, { token: token.text, repo: 'ada/model', sample });
  const tokenId = parseId(token.id);
  assert.ok(tokenId !== undefined);
  await hub.modules.tokens.revoke(OPERATOR, tokenId);
  assert.equal(codeOf(await put(href, sample.bytes)), '403 LinkEnded');
  // Signed rightly, for a token that may read and not write.
  const reader = parseId((await hub.addToken('ada', 'read')).id);
  assert.ok(reader !== undefined);
  const expires = Math.floor(Date.now() / 1000) + 60;
  const link = {
    repoId: id,
    sha256: sample.oid as Sha256,
    size: 1000,
    upload: '',
    part: 0,
    run: NO_RUN,
    expires,
  } as const;
  const query = signLink(hub.modules.keys, { ...link, act: 'store', tokenId: reader });
  assert.equal(
    codeOf(await put(`${hub.url}/lfs/uploads/${id}/${sample.oid}?${query}`, sample.bytes)),
    '403 RepoForbidden',
  );
  // And without a token at all: only readers who are nobody have such links.
  const nobody = signLink(hub.modules.keys, { ...link, act: 'store', tokenId: '' });
  assert.equal(
    codeOf(await put(`${hub.url}/lfs/uploads/${id}/${sample.oid}?${nobody}`, sample.bytes)),
    '403 LinkInvalid',
  );
  assert.equal(await hub.modules.blobs.find(id, sample.oid as Sha256), undefined);
});

void test('a link to a repository that was deleted is worth nothing', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(1000);
  const href = await uploadLink(hub, { token, repo: 'ada/model', sample });
  const { actor } = await hub.modules.authentication.authenticate(token);
  await hub.modules.changes.delete(() => Promise.resolve(actor), {
    type: 'model',
    namespace: 'ada',
    name: 'model',
  });
  assert.equal(codeOf(await put(href, sample.bytes)), '403 LinkEnded');
  assert.equal(await hub.modules.blobs.find(id, sample.oid as Sha256), undefined);
});
