// Threads for work that would keep the event loop from everybody else. Each answers questions one at a time; a question
// names a function by its name, and carries what structured clone can carry.
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';
import { Fault, type FaultKind } from '@holdfast/kernel/fault';

/** What a thread can do: each function's one argument and its result are cloned between threads. */
export type ThreadWork = Readonly<Record<string, (wish: never) => unknown>>;

type WishOf<Work extends ThreadWork, Name extends keyof Work> = Parameters<Work[Name]>[0];
type ResultOf<Work extends ThreadWork, Name extends keyof Work> = Awaited<ReturnType<Work[Name]>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly wish: unknown;
}

type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly fault: { kind: FaultKind; code: string; message: string } }
  | { readonly id: number; readonly failure: { readonly text: string; readonly code: unknown } };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** How to start threads. */
export interface ThreadOptions {
  /** The file that each thread runs; it calls `serveThread`. */
  readonly file: URL;
  /** How many at most; where absent one less than there are processors, which is for the event loop. */
  readonly count?: number;
}

// Work in threads is on buffers of fixed size; one that needs more than this has lost its bounds.
const HEAP_MIB = 96;

/** One thread, started with its first question and again after it died. */
class OneThread<Work extends ThreadWork> implements AsyncDisposable {
  readonly #file: URL;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 0;
  #closed = false;

  constructor(file: URL) {
    this.#file = file;
  }

  /** How many questions it has not answered. */
  get busy(): number {
    return this.#waiting.size;
  }

  /** Asks; throws the fault that the work threw. */
  async ask<Name extends keyof Work & string>(
    name: Name,
    wish: WishOf<Work, Name>,
  ): Promise<ResultOf<Work, Name>> {
    if (this.#closed) throw new Error('the threads are closed');
    const id = (this.#next += 1);
    const worker = (this.#worker ??= this.#start());
    // First: what cannot be cloned is thrown here, and nobody waits for its answer.
    worker.postMessage({ id, name, wish } satisfies Question);
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    worker.ref();
    return (await answered) as ResultOf<Work, Name>;
  }

  #start(): Worker {
    const worker = new Worker(this.#file, {
      env: environmentOf(getCompileCacheDir()),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: 8 },
    });
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, new Error('a thread ended while it was needed')));
    worker.unref();
    return worker;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('result' in answer) waiting?.resolve(answer.result);
    else if ('fault' in answer)
      waiting?.reject(new Fault(answer.fault.kind, answer.fault.code, answer.fault.message));
    // The code of the system tells a disk that cannot be read from a bug.
    else waiting?.reject(Object.assign(new Error(answer.failure.text), { code: answer.failure.code }));
  }

  #lose(worker: Worker, reason: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const cause = reason instanceof Error ? reason : new Error(String(reason));
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#lose(worker, new Error('the threads are being closed'));
    await worker.terminate();
  }
}

// Nothing of the process's environment is anybody's business in there, but where compiled code is kept: a thread that has
// to strip types by itself holds 15 MiB more for good.
function environmentOf(codeCache: string | undefined): Record<string, string> {
  // The folder of this version of Node lies in the one that the variable names.
  return codeCache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(codeCache) };
}

/** A thread that answers one series of questions, so that it may keep something between them. */
export type PinnedThread<Work extends ThreadWork> = Pick<OneThread<Work>, 'ask'>;

/** A few threads that run the same file. */
export class Threads<Work extends ThreadWork> implements AsyncDisposable {
  readonly #threads: readonly OneThread<Work>[];

  constructor({ file, count = availableParallelism() - 1 }: ThreadOptions) {
    this.#threads = Array.from({ length: Math.max(1, count) }, () => new OneThread<Work>(file));
  }

  /** Asks the thread that has least to do. Throws the fault that the work threw. */
  async ask<Name extends keyof Work & string>(
    name: Name,
    wish: WishOf<Work, Name>,
  ): Promise<ResultOf<Work, Name>> {
    return await this.pin().ask(name, wish);
  }

  /** The thread that has least to do, to ask it several things. */
  pin(): PinnedThread<Work> {
    return this.#threads.reduce((least, thread) => (thread.busy < least.busy ? thread : least));
  }

  /** Ends the threads; what they have not answered is rejected. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }
}

/**
 * Answers questions in a thread. A fault that the work throws is thrown where the question was asked. Elsewhere it does
 * nothing: a file that only threads loaded would be missing where compiled code is kept.
 */
export function serveThread(work: ThreadWork): void {
  const port = parentPort;
  if (port === null) return;
  const answer = async ({ id, name, wish }: Question): Promise<Answer> => {
    try {
      const act = Object.hasOwn(work, name) ? work[name] : undefined;
      if (act === undefined) throw new Error(`no work is called ${name}`);
      return { id, result: await act(wish as never) };
    } catch (error) {
      if (error instanceof Fault) {
        const { kind, code, message } = error;
        return { id, fault: { kind, code, message } };
      }
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { id, failure: { text, code: (error as { code?: unknown } | undefined)?.code } };
    }
  };
  port.on('message', (question: Question) => {
    void answer(question).then((answered) => port.postMessage(answered));
  });
}
