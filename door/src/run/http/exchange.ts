// One request and its answer, as far as they have come.
import type { Socket } from 'node:net';
import { giveContent, readBody, type BodyReader } from './body.ts';
import { framingLine, framingOfAnswer, type Framing } from './framing.ts';
import { elementsOf, valuesOf, type AnswerHead, type RequestHead } from './head.ts';
import type { Plan } from './policy.ts';

/** A request that goes on. */
export type Forward = Extract<Plan, { kind: 'forward' }>;

/** What is known of an answer once its head is read. */
export interface AnswerState {
  readonly framing: Framing;
  readonly body: BodyReader;
  /** The connection to the next one can serve another request. */
  readonly keeps: boolean;
}

/** Heads before that of an answer, such as early hints. */
const MOST_HINTS = 16;

/** A request on its way, and its answer on the way back. */
export class Exchange {
  readonly head: RequestHead;
  readonly plan: Forward;
  readonly framing: Framing;
  readonly body: BodyReader;
  answer: AnswerState | undefined;
  /** Bytes of the answer's head that are not whole yet. */
  rest: Buffer | undefined;
  /** Something of an answer has come. */
  begun = false;
  /** Something of it has been said to the client. */
  said = false;
  /** Heads that came before that of the answer. */
  #hints = 0;

  constructor(head: RequestHead, plan: Forward, framing: Framing) {
    this.head = head;
    this.plan = plan;
    this.framing = framing;
    this.body = readBody(framing);
  }

  /** Counts a head before that of the answer; false for one too many: whoever sends them without end answers nothing. */
  mayHint(): boolean {
    this.#hints += 1;
    return this.#hints <= MOST_HINTS;
  }

  /** Nothing would happen twice if it were sent again: for a connection that was closed just when it was used once more. */
  get repeatable(): boolean {
    return !this.begun && this.framing.kind === 'none' && /^(?:GET|HEAD|OPTIONS)$/.test(this.head.method);
  }

  /** Sends on what has come of the body; returns how many bytes that were. Throws a `BrokenBody`. */
  send(bytes: Buffer, socket: Socket): number {
    socket.cork();
    try {
      return giveContent(this, bytes, socket);
    } finally {
      socket.uncork();
    }
  }

  /** Takes the head of the answer; gives the lines that frame it for the client, or `undefined` when it cannot be believed. */
  begin(head: AnswerHead): string | undefined {
    const framing = framingOfAnswer(head, this.head.method);
    if (framing === undefined) return undefined;
    const closed = elementsOf(head.fields, 'connection').includes('close');
    const keeps = framing.kind !== 'until-end' && head.minor === 1 && !closed;
    this.answer = { framing, body: readBody(framing), keeps };
    this.rest = undefined;
    this.said = true;
    // The length of what a HEAD did not ask for is told as it came.
    const [length] = this.head.method === 'HEAD' ? valuesOf(head.fields, 'content-length') : [];
    const framed =
      length === undefined || !/^\d{1,15}$/.test(length)
        ? framingLine(framing)
        : `Content-Length: ${length}\r\n`;
    return this.plan.closes || !this.body.done ? `${framed}Connection: close\r\n` : framed;
  }
}
