// A thread for tests.
import { threadId } from 'node:worker_threads';
import { serveThread } from '../src/threads.ts';

const work = {
  /** Which thread answers. */
  whoAreYou: (_wish: unknown) => threadId,
};

/** What it can do. */
export type EchoWork = typeof work;

serveThread(work);
