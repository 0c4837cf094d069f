// Somebody who may write to one repository of a namespace guesses what another one holds, which their token may not read: each
// guess is a chunk that they send, name or ask for. They are told the same as of what nobody has; where the operator lets a
// namespace share its chunks, all but of those that clients may ask for.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { parseId } from '@holdfast/kernel/id';
import { isFault } from '@holdfast/kernel/fault';
import { ChunkGuesses, MOST_MISSES } from '../../src/modules/xet/chunk-guesses.ts';
import { SharedScope } from '../../src/modules/xet/shared-scope.ts';
import { XorbIndexes } from '../../src/modules/xet/xorb-indexes.ts';
import { OPERATOR, openServedHub } from '../harness/served-hub.ts';
import { describeFile, encodeShard, encodeXorb, type TestXorb } from '../harness/xet-encode.ts';
import {
  askXet,
  commitXet,
  openXet,
  putShard,
  putXorb,
  sampleOf,
  xetSample,
  type XetSample,
  type XetSession,
} from '../harness/xet.ts';
import { sha256 } from '@holdfast/kernel/digest';

/** A xorb of one small chunk for which no client asks, but where a file begins with it. */
function smallXorb(): TestXorb {
  for (;;) {
    const xorb = encodeXorb([randomBytes(40)]);
    if (((xorb.hashes[0]?.readUInt16LE(24) ?? 0) & 1023) !== 0) return xorb;
  }
}

/** A file of two xorbs, of which the second is of one chunk. */
function sampleWith(last: TestXorb): XetSample & { readonly xorbs: readonly TestXorb[] } {
  const { xorb } = xetSample(3, 2_000);
  const terms = [xorb, last].map((one) => ({ xorb: one, start: 0, end: one.chunks.length }));
  return { ...sampleOf(xorb, terms), xorbs: [xorb, last] };
}

async function setUp(dedupScope: 'repository' | 'namespace') {
  const hub = await openServedHub({ dedupScope });
  const ada = await hub.addUser('ada');
  const secret = await hub.addRepo('ada/secret');
  const open = await hub.addRepo('ada/open');
  const entity = { type: 'model', id: open.id, name: 'ada/open' } as const;
  const { text } = await hub.modules.tokens.issue(OPERATOR, {
    user: 'ada',
    name: 'for one repository',
    grant: {
      role: 'fineGrained',
      scoped: [{ entity, permissions: ['repo.content.read', 'repo.write'] }],
      ...{ global: [], canReadGatedRepos: false },
    },
  });
  const narrow = text.reveal('to send it');
  const adas = await openXet(hub, { token: ada, repo: 'ada/secret' }, 'write');
  const guessers = await openXet(hub, { token: narrow, repo: 'ada/open' }, 'write');
  const last = smallXorb();
  const sample = sampleWith(last);
  for (const xorb of sample.xorbs) assert.equal((await putXorb(adas, xorb)).status, 200);
  assert.equal((await putShard(adas, encodeShard({ files: [sample.file] }))).status, 200);
  await commitXet(hub, { token: ada, repo: 'ada/secret' }, { sample, path: 'a.bin' });
  return {
    ...{ hub, ada, narrow, adas, guessers, last, sample, secret, open },
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}

function hashText(hash: Buffer | undefined): string {
  return Buffer.from(hash ?? [])
    .swap64()
    .toString('hex');
}

/** What a session is told of a xorb that it did not send: asked for, by its first chunk, named, and then sent. */
async function toldOf(session: XetSession, xorb: TestXorb): Promise<string[]> {
  const first = hashText(xorb.hashes[0]);
  const file = sampleOf(xorb).file;
  const name = async (version: 1 | 2) => await putShard(session, encodeShard({ files: [file] }), version);
  const answers = [
    () => askXet(session, `/v1/xorbs/default/${xorb.hash}`, { method: 'HEAD' }),
    () => askXet(session, `/v1/chunks/default/${first}`),
    () => askXet(session, `/v1/reconstructions/${file.hash}`),
    () => name(1),
    () => name(2),
    () => putXorb(session, xorb),
  ];
  const told: string[] = [];
  for (const ask of answers) {
    const answer = await ask();
    const said = `${answer.status} ${answer.headers.get('content-length') ?? ''} ${await answer.text()}`;
    told.push(said.replaceAll(xorb.hash, 'X').replaceAll(first, 'C').replaceAll(file.hash, 'F'));
  }
  return told;
}

void test('the scope of a repository tells nothing of another one of its namespace', async () => {
  await using scene = await setUp('repository');
  const { guessers, sample, last } = scene;
  assert.deepEqual(await toldOf(guessers, last), await toldOf(guessers, smallXorb()));
  const [larger] = sample.xorbs;
  assert.ok(larger);
  assert.deepEqual(await toldOf(guessers, larger), await toldOf(guessers, xetSample(3, 2_000).xorb));
});

void test('the scope of a namespace tells of small chunks only as far as clients may ask for them', async () => {
  await using scene = await setUp('namespace');
  const { guessers, sample, last } = scene;
  assert.equal(guessers.casUrl, scene.adas.casUrl, 'both are in one scope');
  assert.deepEqual(await toldOf(guessers, last), await toldOf(guessers, smallXorb()));
  // What begins a file may be asked for; whether it was there does not show where it is sent.
  const [larger] = sample.xorbs;
  const told = await toldOf(guessers, larger ?? assert.fail());
  const ofNew = await toldOf(guessers, xetSample(3, 2_000).xorb);
  assert.deepEqual(
    told.map((answer, number) => answer === ofNew[number]),
    [true, false, true, false, false, true],
  );
});

void test('an answer about a chunk names no xorb of one chunk for which nobody asked', async () => {
  await using scene = await setUp('namespace');
  const { guessers, sample, last } = scene;
  const [larger] = sample.xorbs;
  const answer = await askXet(guessers, `/v1/chunks/default/${hashText(larger?.hashes[0])}`);
  assert.equal(answer.status, 200);
  const shard = Buffer.from(await answer.arrayBuffer());
  assert.ok(shard.includes(Buffer.from(larger?.hash ?? '', 'hex').swap64()));
  assert.ok(!shard.includes(Buffer.from(last.hash, 'hex').swap64()));
});

void test('a small xorb of a shared scope is named by who sent it, and by who may read a file of it', async () => {
  await using scene = await setUp('namespace');
  const { hub, ada, guessers, last } = scene;
  const file = sampleOf(last).file;
  const shard = encodeShard({ files: [file] });
  assert.equal((await putShard(guessers, shard)).status, 404);
  // The owner may read the other repository.
  const owners = await openXet(hub, { token: ada, repo: 'ada/open' }, 'write');
  assert.equal((await putShard(owners, shard)).status, 200);
  // Two send the same, and both name it.
  await hub.addRepo('ada/third');
  const third = await openXet(hub, { token: ada, repo: 'ada/third' }, 'write');
  const both = smallXorb();
  for (const session of [guessers, third]) assert.equal((await putXorb(session, both)).status, 200);
  const named = encodeShard({
    files: [describeFile([{ xorb: both, start: 0, end: 1 }], sha256(both.chunks[0] ?? ''))],
  });
  for (const session of [guessers, third]) assert.equal((await putShard(session, named)).status, 200);
});

void test('who names xorbs in vain too often is told of none but those of their repository', async () => {
  await using scene = await setUp('namespace');
  const { hub, sample, secret, open } = scene;
  const { db, clock, store } = hub.modules;
  const guesses = new ChunkGuesses(clock);
  const shared = new SharedScope({
    db,
    guesses,
    indexes: new XorbIndexes({ db, clock, packs: store.packs }),
  });
  const asker = (repoId: typeof open.id) => ({
    ...{ scopeId: open.namespaceId, repoId, senderId: open.id },
    mayRead: () => Promise.resolve(false),
  });
  const isMissing = (error: unknown) => isFault(error, 'xet.xorb-missing');
  const [larger] = sample.xorbs;
  const { hash } = larger ?? assert.fail();
  assert.equal((await shared.get(asker(open.id), hash)).hash, hash);
  for (let miss = 1; miss < MOST_MISSES; miss += 1) guesses.noteMiss(open.id, open.namespaceId);
  await assert.rejects(shared.get(asker(open.id), xetSample().xorb.hash), isMissing);
  await assert.rejects(shared.get(asker(open.id), hash), isMissing);
  assert.equal((await shared.get(asker(secret.id), hash)).hash, hash);
});

void test('the identifier of a scope is no secret, and opens nothing', async () => {
  await using scene = await setUp('repository');
  const { guessers, adas, last } = scene;
  assert.ok(parseId(/xet\/([0-9a-f]{24})/.exec(adas.casUrl)?.[1] ?? ''));
  const crossed = { ...guessers, casUrl: adas.casUrl };
  const [there, nowhere] = [await toldOf(crossed, last), await toldOf(crossed, smallXorb())];
  assert.deepEqual(there, nowhere);
  assert.ok(there.every((answer) => answer.startsWith('403 ')));
});
