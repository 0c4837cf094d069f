// A root key opens with its passphrase and not without, and each generation opens what it wrapped until it is retired.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { makeKey } from '../src/envelope.ts';
import { FileKeyHolder } from '../src/key-holder.ts';

const BOUND = { space: 'a' };

async function openFolder(): Promise<{ readonly file: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-test-'));
  return {
    file: path.join(folder, 'root.key'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

void test('what one holder wraps another one of the same file unwraps', async () => {
  await using folder = await openFolder();
  const [first, second] = [new FileKeyHolder(folder.file), new FileKeyHolder(folder.file)];
  await first.make(undefined);
  assert.equal((await stat(folder.file)).mode & 0o777, 0o600);
  const key = makeKey();
  const { generation, wrapped } = first.wrap(key, BOUND);
  assert.ok(await second.open(undefined));
  assert.ok((await second.unwrap(generation, wrapped, BOUND)).equals(key));
  await assert.rejects(second.unwrap(generation, wrapped, { space: 'b' }));
});

void test('a passphrase is needed, the right one, and the file has nothing of the key', async () => {
  await using folder = await openFolder();
  const holder = new FileKeyHolder(folder.file);
  await holder.make(Buffer.from('correct horse'));
  const { generation, wrapped } = holder.wrap(makeKey(), BOUND);
  const next = new FileKeyHolder(folder.file);
  assert.ok(!(await next.open(undefined)));
  assert.equal(next.closed, 'passphrase-needed');
  assert.ok(!(await next.open(Buffer.from('wrong horse'))));
  await assert.rejects(next.unwrap(generation, wrapped, BOUND), /sealed/);
  assert.ok(await next.open(Buffer.from('correct horse')));
  await next.unwrap(generation, wrapped, BOUND);
  assert.ok(!(await readFile(folder.file, 'utf8')).includes('"key"'));
});

void test('another generation wraps what is new, and one that is retired opens nothing any more', async () => {
  await using folder = await openFolder();
  const holder = new FileKeyHolder(folder.file);
  await holder.make(undefined);
  const before = holder.wrap(makeKey(), BOUND);
  assert.equal(await holder.advance(), 2);
  await holder.unwrap(before.generation, before.wrapped, BOUND);
  const after = holder.wrap(makeKey(), BOUND);
  assert.equal(after.generation, 2);
  // One generation cannot pass for another.
  await assert.rejects(holder.unwrap(1, after.wrapped, BOUND));
  await holder.retire(2);
  await assert.rejects(holder.unwrap(before.generation, before.wrapped, BOUND), /gone/);
  await holder.unwrap(2, after.wrapped, BOUND);
});

void test('a holder that was closed opens nothing, and one without a file says that it is missing', async () => {
  await using folder = await openFolder();
  const holder = new FileKeyHolder(folder.file);
  await holder.make(undefined);
  holder.close();
  assert.throws(() => holder.wrap(makeKey(), BOUND), /sealed/);
  await rm(folder.file);
  assert.ok(!(await holder.open(undefined)));
  assert.equal(holder.closed, 'missing');
});

void test('a file that is none is an error, and not another key', async () => {
  await using folder = await openFolder();
  await writeFile(folder.file, '{"kind":"plain","generations":[]}');
  await assert.rejects(new FileKeyHolder(folder.file).open(undefined), /damaged/);
  await writeFile(folder.file, '{"kind":"plain",key-that-must-not-be-quoted');
  await assert.rejects(
    new FileKeyHolder(folder.file).open(undefined),
    (error: Error) => !error.message.includes('quoted'),
  );
});

void test('what was under way when it was closed neither opens it again nor writes the key without its passphrase', async () => {
  await using folder = await openFolder();
  const holder = new FileKeyHolder(folder.file);
  await holder.make(Buffer.from('correct horse'));
  const advancing = holder.advance();
  holder.close();
  await assert.rejects(advancing, /sealed/);
  await assert.rejects(holder.retire(2), /sealed/);
  const opening = holder.open(Buffer.from('correct horse'));
  holder.close();
  assert.ok(!(await opening));
  assert.equal(holder.closed, 'sealed');
  assert.throws(() => holder.wrap(makeKey(), BOUND), /sealed/);
  assert.ok(!(await readFile(folder.file, 'utf8')).includes('"key"'));
  assert.ok(await holder.open(Buffer.from('correct horse')));
  assert.equal(holder.generation, 2, 'and nothing is lost');
});
