// One request and its answer, as far as they have come.
import type { Socket } from 'node:net';
import { giveContent, readBody, RefusedBody, type BodyReader } from './body.ts';
import { framingLine, framingOfAnswer, type Framing } from './framing.ts';
import { elementsOf, parseAnswerHead, valuesOf, type AnswerHead, type RequestHead } from './head.ts';
import { HEAD_END_BYTES } from './lines.ts';
import type { Plan, Watch } from './policy.ts';

/** A request that goes on. */
export type Forward = Extract<Plan, { kind: 'forward' }>;

/** What is known of an answer once its head is read. */
export interface AnswerState {
  readonly framing: Framing;
  readonly body: BodyReader;
  readonly sift: ((content: Buffer, last: boolean) => Buffer) | undefined;
  /** The connection to the next one can serve another request. */
  readonly keeps: boolean;
}

/** What came of the heads of an answer. */
export type HeadsRead =
  | { readonly kind: 'broken' }
  /** Hints for the client that came, and no answer yet. */
  | { readonly kind: 'more'; readonly hints: readonly AnswerHead[] }
  | {
      readonly kind: 'head';
      readonly head: AnswerHead;
      readonly hints: readonly AnswerHead[];
      readonly rest: Buffer;
    };

/** Heads before that of an answer, such as early hints. */
const MOST_HINTS = 16;

/** A request on its way, and its answer on the way back. */
export class Exchange {
  readonly head: RequestHead;
  readonly plan: Forward;
  readonly framing: Framing;
  readonly body: BodyReader;
  readonly sift: ((content: Buffer, last: boolean) => Buffer) | undefined;
  answer: AnswerState | undefined;
  /** Something of an answer has come. */
  begun = false;
  /** Something of it has been said to the client. */
  said = false;
  /** Bytes of the answer's head that are not whole yet, and heads that came before it. */
  #rest: Buffer | undefined;
  #hints = 0;

  constructor(head: RequestHead, plan: Forward, framing: Framing) {
    this.head = head;
    this.plan = plan;
    this.framing = framing;
    const { watch } = plan;
    this.body = readBody(framing, watch && ((line) => watch.hear(line, 'out')));
    this.sift = plan.sift ?? (watch && ((content) => siftRequest(watch, content)));
  }

  /** Reads heads until one begins an answer. Whoever sends others without end answers nothing. */
  readHeads(bytes: Buffer, most: number): HeadsRead {
    let rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    const hints: AnswerHead[] = [];
    for (;;) {
      const end = rest.indexOf(HEAD_END_BYTES);
      if ((end < 0 ? rest.length : end) > most) return { kind: 'broken' };
      this.#rest = rest;
      if (end < 0) return { kind: 'more', hints };
      const head = parseAnswerHead(rest.toString('latin1', 0, end));
      rest = rest.subarray(end + HEAD_END_BYTES.length);
      if (head === undefined) return { kind: 'broken' };
      if (head.status >= 200 || head.status === 101) return { kind: 'head', head, hints, rest };
      this.#hints += 1;
      if (this.#hints > MOST_HINTS) return { kind: 'broken' };
      // Hints for the client; others are between the app and the door.
      if (head.status === 100 || head.status === 103) hints.push(head);
    }
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
    const { watch } = this.plan;
    const body = readBody(framing, watch && ((line) => watch.hear(line, 'back')));
    this.answer = {
      framing,
      body,
      sift: watch && ((content, last) => siftAnswer(watch, content, last)),
      keeps,
    };
    this.#rest = undefined;
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

function siftRequest(watch: Watch, content: Buffer): Buffer {
  const answer = watch.refusalOf(content);
  if (answer !== undefined) throw new RefusedBody(answer);
  return content;
}

function siftAnswer(watch: Watch, content: Buffer, last: boolean): Buffer {
  const passed = last ? watch.rest() : watch.pass(content);
  if (passed === undefined) throw new RefusedBody(watch.cut);
  return passed;
}
