// Links that one of two hubs gave, used at the other: its own clock and its own keys decide, and what they open is not to be had by
// the links of anybody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseId } from '@holdfast/kernel/id';
import { NO_RUN } from '../../../src/modules/access/index.ts';
import { signFetch, type FetchLink } from '../../../src/modules/xet/fetch-link.ts';
import { askOne, sampleOf, uploadFile } from '../../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { keysOf } from '../../harness/test-keys.ts';
import { reconstruction, uploadXet, xetSample, type XetSample } from '../../harness/xet.ts';

const REPO = 'ada/secret';
/** Minutes for which links are good. */
const [FETCH_LASTS, LFS_LASTS] = [60, 360];

interface Pair extends AsyncDisposable {
  readonly a: ServedHub;
  readonly b: ServedHub;
  /** May write what is in `REPO`. */
  readonly ada: string;
}

/** Two hubs on one database and one object store, each with a clock of its own. */
async function openPair(): Promise<Pair> {
  await using opened = new AsyncDisposableStack();
  const a = opened.use(await openServedHub());
  const b = opened.use(await openServedHub({ on: a.database, objects: a.objects }));
  const ada = await a.addUser('ada');
  await a.addRepo(REPO);
  const running = opened.move();
  return { a, b, ada, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The link as it leads to a hub. */
function at(hub: ServedHub, href: string): string {
  const { pathname, search } = new URL(href);
  return hub.url + pathname + search;
}

/** What came of a link at a hub: all of these bytes, or the code of the refusal. */
async function open(hub: ServedHub, href: string, bytes: Buffer): Promise<string> {
  const answer = await fetch(at(hub, href), { headers: { range: `bytes=0-${bytes.length - 1}` } });
  const body = Buffer.from(await answer.arrayBuffer());
  if (answer.status === 206) return body.equals(bytes) ? 'opened' : 'other bytes';
  assert.equal(answer.status, 403, body.toString());
  return answer.headers.get('x-error-code') ?? '';
}

/** Stores a file of one xorb through `a`, and gives the link to that xorb. */
async function xetLink(
  { a }: Pair,
  wish: { readonly token: string; readonly repo: string; readonly sample: XetSample },
): Promise<string> {
  const session = await uploadXet(a, { ...wish, path: 'weights.bin' });
  const { sample } = wish;
  const { xorbs } = await reconstruction(session, sample.file.hash);
  return xorbs[sample.xorb.hash]?.[0]?.url ?? '';
}

void test('a link that one hub gave is good at the other until it expires there', async () => {
  await using pair = await openPair();
  const { a, b, ada } = pair;
  const [chunks, file] = [xetSample(), sampleOf(20_000)];
  const fetched = await xetLink(pair, { token: ada, repo: REPO, sample: chunks });
  await uploadFile(a, { token: ada, repo: REPO, sample: file, path: 'large.bin' });
  const wish = { token: ada, repo: REPO, operation: 'download', sample: file } as const;
  const loaded = (await askOne(a, wish)).actions?.download?.href ?? '';
  const both = async (hub: ServedHub): Promise<string[]> => [
    await open(hub, fetched, chunks.xorb.bytes),
    await open(hub, loaded, file.bytes),
  ];
  assert.deepEqual(await both(b), ['opened', 'opened']);
  b.passTime(FETCH_LASTS - 1);
  assert.deepEqual(await both(b), ['opened', 'opened']);
  b.passTime(2);
  assert.deepEqual(await both(b), ['XetFetchExpired', 'opened']);
  b.passTime(LFS_LASTS - FETCH_LASTS - 2);
  assert.deepEqual(await both(b), ['XetFetchExpired', 'opened']);
  b.passTime(2);
  assert.deepEqual(await both(b), ['XetFetchExpired', 'LinkExpired']);
  // The clock of the other did not move: who asks it is not late.
  assert.deepEqual(await both(a), ['opened', 'opened']);
});

void test("a stranger's link opens nothing at the other hub, whatever is put into it", async () => {
  await using pair = await openPair();
  const { a, b, ada } = pair;
  const [hers, his] = [xetSample(), xetSample()];
  const link = await xetLink(pair, { token: ada, repo: REPO, sample: hers });
  const eve = await a.addUser('eve');
  await a.addRepo('eve/model');
  const eves = await xetLink(pair, { token: eve, repo: 'eve/model', sample: his });
  const { bytes } = hers.xorb;
  assert.equal(await open(b, eves, his.xorb.bytes), 'opened');
  const [of, ofEve] = [partsOf(link), partsOf(eves)];
  for (const altered of [
    // Her signature under a link to what she may not read, in her name and in the owner's.
    link.replace(of.sig, ofEve.sig),
    link.replace(of.sig, ofEve.sig).replace(of.tokenId, ofEve.tokenId),
    link.replace(of.tokenId, ofEve.tokenId),
    // What she may not read, within her own repository.
    eves.replace(ofEve.pack, of.pack),
    eves.replace(ofEve.pack, of.pack).replace(ofEve.file, of.file),
    // Later than it was said.
    link.replace(of.expires, String(Number(of.expires) + 60)),
    link.replace(/&sig=.*/, ''),
    // As a hub with other keys signs it.
    signFetch(keysOf(7), wishOf(link)),
  ])
    for (const hub of [a, b])
      assert.equal(await open(hub, new URL(altered, a.url).href, bytes), 'XetFetchInvalid', altered);
  assert.equal(await open(b, link, bytes), 'opened');
});

void test('a link in the name of somebody who may no longer read is refused by the hub that did not hear of it first', async () => {
  await using pair = await openPair();
  const { a, b, ada } = pair;
  const sample = xetSample();
  await a.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  const { actor } = await a.modules.authentication.authenticate(ada);
  const repo = { type: 'model', namespace: 'acme', name: 'model', visibility: 'private', sdk: null } as const;
  await a.modules.changes.create(actor, { ...repo, licence: null, files: {} });
  const bob = await a.addUser('bob');
  await a.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  const link = await xetLink(pair, { token: bob, repo: 'acme/model', sample });
  const { bytes } = sample.xorb;
  assert.equal(await open(b, link, bytes), 'opened');
  await a.modules.members.remove(OPERATOR, { org: 'acme', user: 'bob' });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  for (const hub of [a, b]) assert.equal(await open(hub, link, bytes), 'XetFetchEnded');
});

interface Parts {
  readonly repoId: string;
  readonly pack: string;
  readonly file: string;
  readonly tokenId: string;
  readonly expires: string;
  readonly sig: string;
}

function partsOf(link: string): Parts {
  const { pathname, searchParams: query } = new URL(link);
  const [, , , repoId = '', pack = ''] = pathname.split('/');
  const of = (name: string): string => query.get(name) ?? '';
  return { repoId, pack, file: of('file'), tokenId: of('token'), expires: of('expires'), sig: of('sig') };
}

/** What the link says of itself, for others to sign. */
function wishOf(link: string): FetchLink {
  const { repoId, pack, file, tokenId, expires } = partsOf(link);
  const [start = 0, last = 0] = (new URL(link).searchParams.get('ranges') ?? '').split('-').map(Number);
  const [repo, token] = [parseId(repoId), parseId(tokenId)];
  assert.ok(repo !== undefined && token !== undefined);
  const ranges = [{ start, end: last + 1 }];
  const opens = { repoId: repo, pack: pack as FetchLink['pack'], file: file as FetchLink['file'], ranges };
  return { ...opens, tokenId: token, run: NO_RUN, expires: Number(expires) };
}
