// What builds made, kept: it is found whole or not at all, and what is found stays for as long as it is held.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Products } from '../src/build/products.ts';
import { removeTree } from '../src/build/tree.ts';
import { Uses } from '../src/uses.ts';

const NAMESPACE = '1'.repeat(24);
const [KEY, OTHER] = ['a'.repeat(64), 'b'.repeat(64)];

async function openPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-products-'));
  const uses = new Uses();
  const products = new Products(join(folder, 'env'), uses);
  const make = async (): Promise<string> => {
    const made = await mkdtemp(join(folder, 'made-'));
    await writeFile(join(made, 'file'), 'x'.repeat(5_000));
    return made;
  };
  return {
    ...{ folder, products, uses, make },
    keep: async (key: string, asked = key) =>
      await products.keep(await make(), { namespace: NAMESPACE, asked, key }),
    names: async () => (await readdir(join(folder, 'env', NAMESPACE))).sort(),
    [Symbol.asyncDispose]: async () => await removeTree(folder),
  };
}

void test('find() holds what it finds, so that nothing removes it before it is used', async () => {
  await using place = await openPlace();
  (await place.keep(KEY)).hold[Symbol.dispose]();
  const [listed] = await place.products.list();
  assert.ok(listed && !listed.isUsed && listed.bytes >= 5_000);
  // Both at the same time, and whichever is first: it is there for as long as it is held, or was not found.
  const [found] = await Promise.all([place.products.find(NAMESPACE, KEY), listed.drop()]);
  assert.ok(found);
  assert.deepEqual(await place.names(), [KEY, `${KEY}.json`]);
  found.hold[Symbol.dispose]();
  const [, after] = await Promise.all([listed.drop(), place.products.find(NAMESPACE, KEY)]);
  assert.equal(after, undefined);
  assert.deepEqual(await place.names(), []);
});

void test('clear() removes what was moved and not noted, or noted and moved away, and nothing else', async () => {
  await using place = await openPlace();
  (await place.keep(KEY)).hold[Symbol.dispose]();
  const own = join(place.folder, 'env', NAMESPACE);
  // Killed after the move; after the note of another was removed; and with half a note.
  await mkdir(join(own, OTHER));
  await writeFile(join(own, OTHER, 'file'), '');
  await writeFile(join(own, 'gone.json'), JSON.stringify({ key: 'c'.repeat(64), bytes: 1 }));
  await writeFile(join(own, 'half.json'), '{');
  await mkdir(join(place.folder, 'env', '.going', 'x'), { recursive: true });
  await place.products.clear();
  assert.deepEqual(await place.names(), [KEY, `${KEY}.json`]);
  assert.deepEqual(await readdir(join(place.folder, 'env')), [NAMESPACE]);
  assert.ok(await place.products.find(NAMESPACE, KEY));
});

void test('clear() leaves what is kept meanwhile', async () => {
  await using place = await openPlace();
  const keys = Array.from({ length: 10 }, (_, n) => String(n).repeat(64));
  let left = keys.length;
  const keeping = keys.map(async (key) => {
    await place.keep(key);
    left -= 1;
  });
  while (left > 0) await place.products.clear();
  await Promise.all(keeping);
  assert.deepEqual(await place.names(), keys.flatMap((key) => [key, `${key}.json`]).sort());
});

void test('keep() has all of it on the disk before its name and its note are there', async () => {
  await using place = await openPlace();
  const [log, made] = [join(place.folder, 'strace.log'), await place.make()];
  const script = join(import.meta.dirname, 'harness/keep-one-product.ts');
  const calls = ['-f', '-qq', '-y', '-e', 'trace=syncfs,rename,renameat,renameat2,fsync', '-o', log];
  const args = [process.execPath, script, join(place.folder, 'env'), made, KEY];
  await promisify(execFile)('strace', [...calls, ...args], { env: { PATH: '/usr/bin:/bin' } });
  const lines = (await readFile(log, 'utf8')).split('\n');
  const find = (what: RegExp): number => {
    const at = lines.findIndex((line) => what.test(line));
    assert.notEqual(at, -1, `no ${what.source} in\n${lines.join('\n')}`);
    return at;
  };
  const synced = find(/syncfs\(\d+<[^>]*made-/);
  const moved = find(new RegExp(`rename.*made-.*/${KEY}"`));
  const noted = find(/rename.*asked\.json"/);
  assert.ok(synced < moved && moved < noted, lines.join('\n'));
  assert.ok(lines.findLastIndex((line) => line.includes('fsync(') && line.includes(NAMESPACE)) > noted);
});
