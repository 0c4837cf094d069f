// Runs in a thread: answers questions with the work of the files that they name. A fault that the work throws is thrown
// where the question was asked.
import { parentPort } from 'node:worker_threads';
import { Fault } from '@holdfast/kernel/fault';
import type { Answer, Question, ThreadWork } from './threads.ts';

async function answer({ id, file, name, wish }: Question): Promise<Answer> {
  try {
    const { work } = (await import(file)) as { work: ThreadWork };
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
}

parentPort?.on('message', (question: Question) => {
  void answer(question).then((answered) => parentPort?.postMessage(answered));
});
