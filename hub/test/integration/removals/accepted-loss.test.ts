// A file of removals that is flawed, and whose loss the operator takes for granted: what it still has is done before it says so.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { systemClock } from '@holdfast/kernel/clock';
import { newId } from '@holdfast/kernel/id';
import { type ChainHead } from '@holdfast/platform/chained-records';
import { openLog } from '@holdfast/platform/log';
import { openRemovals, type Removals } from '../../../src/modules/removals/index.ts';
import { openScratch } from '../../harness/scratch.ts';
import { keysOf } from '../../harness/test-keys.ts';

const OPERATOR = { osUser: 'root', terminal: 'pts/0', command: 'admin token revoke' };

async function away(): Promise<never> {
  throw Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED', syscall: 'connect' });
}

void test('what a flawed file still has is done before it is put aside, also when the hub ends in between', async () => {
  await using scratch = await openScratch('removals');
  const file = path.join(scratch.path, 'removals');
  let head: ChainHead | null = null;
  const start = async (acceptLoss: boolean): Promise<Removals> => {
    const keepHead = async (next: ChainHead): Promise<void> => void (head = await Promise.resolve(next));
    const log = openLog('test', { write: () => undefined });
    const place = { path: file, instance: 'one', head, acceptLoss, keepHead };
    return await openRemovals(place, { clock: systemClock, keys: keysOf(7), log });
  };
  const [first, second] = [newId(new Date()), newId(new Date())];
  {
    await using removals = await start(false);
    for (const id of [first, second])
      assert.equal(
        await removals.doOrTake(away, { kind: 'token', id, operator: OPERATOR }, 'operator'),
        false,
      );
  }
  const [kept = ''] = (await readFile(file, 'latin1')).split('\n');
  await writeFile(file, Buffer.concat([Buffer.from(`${kept}\n`), Buffer.alloc(4 * 1024 * 1024)]));
  for (const acceptLoss of [false, true, true]) {
    await using removals = await start(acceptLoss);
    assert.deepEqual([removals.flaw, removals.waiting], ['cut', 1]);
    assert.ok(removals.endsTokenId(first));
    await assert.rejects(removals.settle(away), /away/);
  }
  const done: unknown[] = [];
  {
    await using removals = await start(true);
    await removals.settle(async ({ removal }) => void done.push(await Promise.resolve(removal)));
    // From then on it is a file as any.
    await removals.doOrTake(away, { kind: 'token', id: second, operator: OPERATOR }, 'operator');
  }
  assert.deepEqual(done, [{ kind: 'token', id: first, operator: OPERATOR }]);
  assert.deepEqual((await readdir(scratch.path)).toSorted(), ['removals', 'removals.flawed']);
  await using removals = await start(false);
  assert.deepEqual([removals.flaw, removals.waiting, removals.endsTokenId(second)], [undefined, 1, true]);
});

void test('a flawed file with nothing in it is put aside as well', async () => {
  await using scratch = await openScratch('removals');
  const head = { n: 7, mac: 'x' };
  const log = openLog('test', { write: () => undefined });
  const kept: ChainHead[] = [];
  const keepHead = async (next: ChainHead): Promise<void> => void kept.push(await Promise.resolve(next));
  const place = { path: path.join(scratch.path, 'removals'), instance: 'one', keepHead };
  const deps = { clock: systemClock, keys: keysOf(7), log };
  {
    await using removals = await openRemovals({ ...place, head, acceptLoss: true }, deps);
    assert.equal(removals.flaw, 'emptied');
    await removals.settle(away);
  }
  {
    await using removals = await openRemovals(
      { ...place, head: kept.at(-1) ?? null, acceptLoss: false },
      deps,
    );
    assert.deepEqual([removals.flaw, kept.length], [undefined, 1]);
  }
  // What was put aside before stays where another one is: it is evidence, too.
  const names = ['removals', 'removals.flawed', 'removals.flawed-2'];
  await writeFile(place.path, 'somebody wrote this');
  {
    await using removals = await openRemovals(
      { ...place, head: kept.at(-1) ?? null, acceptLoss: true },
      deps,
    );
    await removals.settle(away);
  }
  assert.deepEqual((await readdir(scratch.path)).toSorted(), names);
  assert.equal(await readFile(path.join(scratch.path, 'removals.flawed-2'), 'utf8'), 'somebody wrote this');
  assert.equal((await readFile(path.join(scratch.path, 'removals.flawed'))).length, 4 * 1024 * 1024);
});
