// A hub that is killed between any two steps of the sweep has lost nothing that anybody needs, and what it left is
// swept by the next. Each transaction, and each removal of bytes, is once the one before which it stops.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { Blobs } from '../../../src/modules/blobs/index.ts';
import { GRACES, HistorySweep, Sweep } from '../../../src/modules/upkeep/index.ts';
import { asXet, Unused } from '../../../src/modules/xet/index.ts';
import { commit, put, regularFile, sampleOf, uploadFile, uploadLink } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { agePack, DAY_MS, listPacks, sweep } from '../../harness/upkeep.ts';
import { uploadXet, xetSample } from '../../harness/xet.ts';

class Killed extends Error {}

/** Lets so many steps happen, and none after them. */
class Fuse {
  left: number;
  constructor(steps: number) {
    this.left = steps;
  }
  burn(): void {
    this.left -= 1;
    if (this.left < 0) throw new Killed();
  }
}

/** A database whose transactions, and a store whose removals, burn the fuse. */
function fused(hub: ServedHub, fuse: Fuse): { db: Db; store: ObjectStore } {
  const burning = <T extends object>(target: T, names: readonly string[]): T =>
    new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name);
        if (name === 'packs') return burning(value as object, ['remove']);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (names.includes(String(name))) fuse.burn();
          return Reflect.apply(value, of, args);
        };
      },
    });
  return {
    db: burning(hub.modules.db, ['transaction']),
    store: burning<ObjectStore>(hub.modules.store, ['remove']),
  };
}

function fusedSweep(hub: ServedHub, days: number, fuse: Fuse): Sweep {
  const { storage } = hub.modules;
  const clock = { now: () => new Date(Date.now() + days * DAY_MS) };
  const shared = { ...fused(hub, fuse), clock, graces: GRACES, storage };
  const assembled = {
    open: async (blob: Parameters<typeof asXet>[0]) => await hub.modules.xetFiles.open(asXet(blob)),
  };
  const blobs = new Blobs({ ...shared, assembled, named: { among: () => Promise.resolve(new Set()) } });
  return new Sweep({ ...shared, blobs, unused: new Unused(shared), histories: new HistorySweep(shared) });
}

async function openLitter() {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  const [kept, lost] = [sampleOf(1_000), sampleOf(1_000)];
  const [keptXet, lostXet] = [xetSample(), xetSample()];
  await uploadFile(hub, { ...to, sample: kept, path: 'kept.bin' });
  await put(await uploadLink(hub, { ...to, sample: lost }), lost.bytes);
  await uploadXet(hub, { ...to, sample: keptXet, path: 'kept-x.bin' });
  await uploadXet(hub, { ...to, sample: lostXet, path: 'lost-x.bin' });
  await hub.modules.blobs.remove({ kind: 'system', part: 'test' }, id, [lostXet.oid]);
  await commit(hub, to, [regularFile('a.txt', 'a'), { key: 'deletedFile', value: { path: 'lost-x.bin' } }]);
  const { actor } = await hub.modules.authentication.authenticate(token);
  const address = { type: 'model', namespace: 'ada', name: 'model' } as const;
  await hub.modules.refChanges.squash(() => Promise.resolve(actor), address, {
    revision: 'main',
    message: '',
  });
  return { hub, id, lost, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

async function problems(hub: ServedHub): Promise<string[]> {
  const found: string[] = [];
  for await (const event of hub.modules.fsck.run({ deep: true, signal: new AbortController().signal }))
    if (event.event === 'problem') found.push(event.what);
  return found;
}

void test('the sweep can be killed before any step', async () => {
  await using litter = await openLitter();
  const { hub, id, lost } = litter;
  let stops = 0;
  for (const days of [20, 60])
    for (let steps = 0; ; steps += 1) {
      const ended = await fusedSweep(hub, days, new Fuse(steps))
        .run()
        .then(
          () => true,
          (error: unknown) => {
            if (isKilled(error)) return false;
            throw error;
          },
        );
      assert.deepEqual(await problems(hub), [], `${days} days, ${steps} steps`);
      if (ended) break;
      stops += 1;
    }
  assert.ok(stops >= 8, `${stops} stops`);
  for (const pack of await listPacks(hub)) await agePack(hub, pack, 100);
  await hub.modules.blobs.collect();
  await sweep(hub, 60);
  assert.equal((await listPacks(hub)).length, 1);
  assert.equal(await hub.modules.blobs.find(id, lost.oid as Sha256), undefined);
});

function isKilled(error: unknown): boolean {
  return error instanceof Killed || (error instanceof AggregateError && error.errors.every(isKilled));
}
