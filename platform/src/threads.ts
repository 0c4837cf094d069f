// Threads for work that would keep the event loop from everybody else. Each answers questions one at a time; a question
// names a file and a function in its `work`, and carries what structured clone can carry. All work shares a few threads:
// each holds some 25 MiB for good.
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault, type FaultKind } from '@holdfast/kernel/fault';
// For its compiled code alone, which threads then find.
import './thread-host.ts';

/** What a thread can do: each function's one argument and its result are cloned between threads. */
export type ThreadWork = Readonly<Record<string, (wish: never) => unknown>>;

type WishOf<Work extends ThreadWork, Name extends keyof Work> = Parameters<Work[Name]>[0];
type ResultOf<Work extends ThreadWork, Name extends keyof Work> = Awaited<ReturnType<Work[Name]>>;

/** What a thread is asked. */
export interface Question {
  readonly id: number;
  /** The file that has the work, as a URL. */
  readonly file: string;
  readonly name: string;
  readonly wish: unknown;
}

/** What it answers. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly fault: { kind: FaultKind; code: string; message: string } }
  | { readonly id: number; readonly failure: { readonly text: string; readonly code: unknown } };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

// Work in threads is on buffers of fixed size; one that needs more than this has lost its bounds.
const HEAP_MIB = 96;
const HOST = new URL('thread-host.ts', import.meta.url);

/** One thread, started with its first question and again after it died. */
class OneThread implements AsyncDisposable {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 0;
  #closed = false;

  /** How many questions it has not answered. */
  get busy(): number {
    return this.#waiting.size;
  }

  /** Asks; throws the fault that the work threw. */
  async ask(file: URL, name: string, wish: unknown): Promise<unknown> {
    if (this.#closed) throw new Error('the threads are closed');
    const id = (this.#next += 1);
    const worker = (this.#worker ??= this.#start());
    // First: what cannot be cloned is thrown here, and nobody waits for its answer.
    worker.postMessage({ id, file: file.href, name, wish } satisfies Question);
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    worker.ref();
    return await answered;
  }

  #start(): Worker {
    const worker = new Worker(HOST, {
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

/** Asks one thread for the work of one file. Throws the fault that the work threw. */
export interface AskedThread<Work extends ThreadWork> {
  ask<Name extends keyof Work & string>(name: Name, wish: WishOf<Work, Name>): Promise<ResultOf<Work, Name>>;
}

/** The work of one file, wherever there is least to do. */
export interface SharedWork<Work extends ThreadWork> extends AskedThread<Work> {
  /** A thread that answers one series of questions, so that it may keep something between them. */
  pin(): AskedThread<Work>;
}

/** A few threads. */
export class Threads implements AsyncDisposable {
  readonly #threads: readonly OneThread[];

  /** @param count how many at most; one less than there are processors leaves one to the event loop */
  constructor(count = availableParallelism() - 1) {
    this.#threads = Array.from({ length: Math.max(1, count) }, () => new OneThread());
  }

  /** What a file exports as `work`. */
  workOf<Work extends ThreadWork>(file: URL): SharedWork<Work> {
    const pin = (): AskedThread<Work> => {
      const thread = this.#threads.reduce((least, one) => (one.busy < least.busy ? one : least));
      return { ask: (name, wish) => thread.ask(file, name, wish) as ReturnType<AskedThread<Work>['ask']> };
    };
    return { pin, ask: (name, wish) => pin().ask(name, wish) };
  }

  /** Ends the threads; what they have not answered is rejected. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }
}
