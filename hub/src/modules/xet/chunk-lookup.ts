// Looks up whether scopes have chunks: the questions of one turn of the event loop go to the database together. A folder of
// small files asks for each of its files, and mostly hears no; asked one by one, that was a third of what it cost.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { XetReader, type ChunkPlace } from './store.ts';

interface Question extends ChunkPlace {
  readonly answer: PromiseWithResolvers<boolean>;
}

/** Chunks in one question to the database. */
const MOST = 500;

/** Answers for all scopes. */
export class ChunkLookup {
  readonly #db: Db;
  #waiting: Question[] = [];

  constructor(db: Db) {
    this.#db = db;
  }

  /** Whether the scope has the chunk. */
  async has(scopeId: Id, chunk: Buffer): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    if (this.#waiting.length === 0) setImmediate(() => void this.#askAll());
    this.#waiting.push({ scopeId, chunk, answer });
    return await answer.promise;
  }

  async #askAll(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < asked.length; start += MOST)
      await this.#ask(asked.slice(start, start + MOST));
  }

  async #ask(questions: readonly Question[]): Promise<void> {
    try {
      const found = new Set((await new XetReader(this.#db).findChunks(questions)).map(keyOf));
      for (const question of questions) question.answer.resolve(found.has(keyOf(question)));
    } catch (error) {
      for (const { answer } of questions) answer.reject(error);
    }
  }
}

function keyOf({ scopeId, chunk }: ChunkPlace): string {
  return `${scopeId} ${chunk.toString('latin1')}`;
}
