// Looks up whether scopes have chunks. One question is at the database at a time, and what is asked meanwhile goes with the
// next: a folder of small files asks for each of its files, and mostly hears no; asked one by one, that was a third of
// what it cost.
import { type Id } from '@holdfast/kernel/id';
import { type ChunkPlace } from './store.ts';

/** Those of the chunks that their scopes have. */
type FindChunks = (chunks: readonly ChunkPlace[]) => Promise<readonly ChunkPlace[]>;

interface Question extends ChunkPlace {
  readonly answer: PromiseWithResolvers<boolean>;
}

/** Chunks in one question to the database. */
const MOST = 500;

/** Answers for all scopes. */
export class ChunkLookup {
  readonly #find: FindChunks;
  #waiting: Question[] = [];
  #asking = false;

  constructor(find: FindChunks) {
    this.#find = find;
  }

  /** Whether the scope has the chunk. */
  async has(scopeId: Id, chunk: Buffer): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.push({ scopeId, chunk, answer });
    if (!this.#asking) {
      this.#asking = true;
      // What else arrived in this turn of the event loop goes along.
      setImmediate(() => void this.#askAll());
    }
    return await answer.promise;
  }

  async #askAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#ask(this.#waiting.splice(0, MOST));
    this.#asking = false;
  }

  async #ask(questions: readonly Question[]): Promise<void> {
    try {
      const found = new Set((await this.#find(questions)).map(keyOf));
      for (const question of questions) question.answer.resolve(found.has(keyOf(question)));
    } catch (error) {
      for (const { answer } of questions) answer.reject(error);
    }
  }
}

function keyOf({ scopeId, chunk }: ChunkPlace): string {
  return `${scopeId} ${chunk.toString('latin1')}`;
}
