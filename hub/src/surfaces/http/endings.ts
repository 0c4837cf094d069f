// Small answers that are ready in one turn of the event loop leave at its end, one right after the other. Written one by
// one between the work of two requests, each would wake the peer anew, which took two thirds of the time of a small
// answer: a proxy or a client on the same machine falls asleep while it waits for the next.
import type { ServerResponse } from 'node:http';

interface Ending {
  readonly response: ServerResponse;
  readonly text: string | undefined;
  readonly encoding: BufferEncoding;
}

/** Answers that are about to end. */
export class Endings {
  #waiting: Ending[] = [];

  /** Ends an answer whose head is written, in this turn of the event loop; `text` is its body. */
  add(response: ServerResponse, text?: string, encoding: 'utf8' | 'latin1' = 'utf8'): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#endAll());
    this.#waiting.push({ response, text, encoding });
  }

  #endAll(): void {
    const ready = this.#waiting;
    this.#waiting = [];
    for (const { response, text, encoding } of ready)
      if (text === undefined) response.end();
      else response.end(text, encoding);
  }
}
