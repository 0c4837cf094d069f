// Work in a thread, for tests.
import { threadId } from 'node:worker_threads';

/** What can be asked. */
export const work = {
  /** Which thread answers. */
  whoAreYou: (_wish: unknown) => threadId,
};

/** Its type. */
export type EchoWork = typeof work;
