// How questions for chunks are put together: few questions to the database, and each asker hears of their own chunk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseId } from '@holdfast/kernel/id';
import { ChunkLookup } from './chunk-lookup.ts';
import { type ChunkPlace } from './store.ts';

const [SCOPE, OTHER] = ['a', 'b'].map((letter) => {
  const id = parseId(letter.repeat(24));
  assert.ok(id);
  return id;
}) as [ChunkPlace['scopeId'], ChunkPlace['scopeId']];
const chunk = (byte: number): Buffer => Buffer.alloc(32, byte);

/** A database that answers when it is told to. */
class SlowDatabase {
  readonly asked: (readonly ChunkPlace[])[] = [];
  #answers: PromiseWithResolvers<readonly ChunkPlace[]>[] = [];
  #next = Promise.withResolvers<void>();

  readonly find = async (chunks: readonly ChunkPlace[]): Promise<readonly ChunkPlace[]> => {
    this.asked.push(chunks);
    const answer = Promise.withResolvers<readonly ChunkPlace[]>();
    this.#answers.push(answer);
    this.#next.resolve();
    return await answer.promise;
  };

  /** Answers the oldest open question, once there is one. */
  async answer(found: readonly ChunkPlace[] | Error): Promise<void> {
    while (this.#answers.length === 0) {
      await this.#next.promise;
      this.#next = Promise.withResolvers();
    }
    const answer = this.#answers.shift();
    if (found instanceof Error) answer?.reject(found);
    else answer?.resolve(found);
  }
}

void test('has() asks once for all that comes while a question is open, and tells each of its own chunk', async () => {
  const database = new SlowDatabase();
  const lookup = new ChunkLookup(database.find);
  const first = lookup.has(SCOPE, chunk(1));
  await new Promise((resolve) => setImmediate(resolve));
  const meanwhile: Promise<boolean>[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    meanwhile.push(lookup.has(SCOPE, chunk(2 + turn)), lookup.has(OTHER, chunk(2 + turn)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(
    database.asked.map((chunks) => chunks.length),
    [1],
  );
  await database.answer([]);
  await database.answer([
    { scopeId: SCOPE, chunk: chunk(2) },
    { scopeId: OTHER, chunk: chunk(4) },
  ]);
  assert.equal(await first, false);
  assert.deepEqual(await Promise.all(meanwhile), [true, false, false, false, false, true]);
  assert.deepEqual(
    database.asked.map((chunks) => chunks.length),
    [1, 6],
  );
});

void test('has() goes on after a question that failed, which fails only those who asked it', async () => {
  const database = new SlowDatabase();
  const lookup = new ChunkLookup(database.find);
  const failed = assert.rejects(lookup.has(SCOPE, chunk(1)), /away/);
  await new Promise((resolve) => setImmediate(resolve));
  const next = lookup.has(SCOPE, chunk(2));
  await database.answer(new Error('away'));
  await failed;
  await database.answer([{ scopeId: SCOPE, chunk: chunk(2) }]);
  assert.equal(await next, true);
  const last = lookup.has(SCOPE, chunk(3));
  await database.answer([]);
  assert.equal(await last, false);
});

void test('has() asks for 500 chunks at a time', async () => {
  const database = new SlowDatabase();
  const lookup = new ChunkLookup(database.find);
  const answers = Array.from({ length: 700 }, async (_none, n) => await lookup.has(SCOPE, chunk(n % 256)));
  await database.answer([]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    database.asked.map((chunks) => chunks.length),
    [500, 200],
  );
  await database.answer([]);
  assert.equal((await Promise.all(answers)).length, 700);
});
