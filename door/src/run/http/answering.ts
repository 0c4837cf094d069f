// Gives an answer to a client as it comes: its head written anew, its body under the framing that the client is told of.
import type { Socket } from 'node:net';
import { endContent, giveContent, RefusedBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import { elementsOf, type AnswerHead } from './head.ts';
import { UPGRADED } from './lines.ts';
import type { Limits, Watch } from './policy.ts';

/** Content up to this size is sent in one piece with its head. */
const SMALL = 4_096;

/** What is done with an answer. */
export interface AnsweringDeps {
  readonly client: Socket;
  readonly limits: Limits;
  readonly present: (head: AnswerHead) => string;
  /** Says something whole in place of the answer. */
  readonly say: (answer: string) => unknown;
  /** Nothing came that could be believed. */
  readonly fail: () => unknown;
  /** All has come; `clean`: and nothing more than that. */
  readonly finish: (exchange: Exchange, clean: boolean) => void;
  /** Both speak WebSocket now. */
  readonly upgrade: () => void;
  /** The client takes nothing for now. */
  readonly hold: () => unknown;
}

/** The answers of one connection, one after the other. */
export class Answering {
  readonly #deps: AnsweringDeps;
  /** Of what passes when a WebSocket is open. */
  #watch: Watch | undefined;

  constructor(deps: AnsweringDeps) {
    this.#deps = deps;
  }

  /** Takes what has come of an answer. */
  receive(exchange: Exchange, bytes: Buffer): void {
    if (exchange.answer === undefined) this.#readHeads(exchange, bytes);
    else this.#giveBody(exchange, bytes, '');
  }

  /** Ends an answer whose end is that of its connection. */
  end(exchange: Exchange): void {
    if (exchange.answer === undefined) return;
    try {
      endContent(exchange.answer, this.#deps.client);
      this.#deps.finish(exchange, false);
    } catch {
      this.#deps.client.destroy();
    }
  }

  /** Gives what comes where messages have no form that is read here. */
  giveUnread(bytes: Buffer): void {
    const { client, hold } = this.#deps;
    const passed = this.#watch === undefined ? bytes : this.#watch.pass(bytes);
    if (passed === undefined) client.destroy();
    else if (!client.write(passed)) hold();
  }

  /** And no more. */
  endUnread(): void {
    const rest = this.#watch?.rest();
    if (rest !== undefined && rest.length > 0) this.#deps.client.write(rest);
    this.#deps.client.end();
  }

  #readHeads(exchange: Exchange, bytes: Buffer): void {
    const { limits, client, present, say, fail } = this.#deps;
    const read = exchange.readHeads(bytes, limits.headBytes);
    if (read.kind === 'broken') {
      fail();
      return;
    }
    for (const head of read.kind === 'head' ? [...read.hints, read.head] : read.hints) {
      const replacement = exchange.plan.watch?.replacementOf(head);
      if (replacement !== undefined) {
        say(replacement);
        return;
      }
      if (head.status === 100 || head.status === 103) client.write(`${present(head)}\r\n`, 'latin1');
    }
    if (read.kind === 'head') this.#begin(exchange, read.head, read.rest);
  }

  #begin(exchange: Exchange, head: AnswerHead, rest: Buffer): void {
    const { client, present, fail, upgrade } = this.#deps;
    const lines = present(head);
    if (head.status === 101) {
      const agreed = exchange.plan.websocket && elementsOf(head.fields, 'upgrade').join() === 'websocket';
      if (agreed) {
        client.write(lines + UPGRADED, 'latin1');
        this.#watch = exchange.plan.watch;
        upgrade();
        if (rest.length > 0) this.giveUnread(rest);
      } else fail();
      return;
    }
    const framing = exchange.begin(head);
    if (framing === undefined) fail();
    else this.#giveBody(exchange, rest, `${lines}${framing}\r\n`);
  }

  /** Gives content on, after the head where that has not been said. */
  #giveBody(exchange: Exchange, bytes: Buffer, head: string): void {
    const { answer } = exchange;
    const { client, finish, hold } = this.#deps;
    if (answer === undefined) return;
    const small = answer.framing.kind === 'length' && head !== '' && bytes.length <= SMALL;
    if (small && answer.sift === undefined) {
      const stop = answer.body.take(bytes, 0, () => undefined);
      client.write(head + bytes.toString('latin1', 0, stop), 'latin1');
      // Bytes after the end belong to no answer that anybody asked for.
      if (answer.body.done) finish(exchange, stop === bytes.length);
      return;
    }
    let stop: number;
    try {
      if (answer.sift === undefined) {
        if (head !== '') client.write(head, 'latin1');
        stop = giveContent(answer, bytes, client);
      } else stop = this.#giveSifted(exchange, bytes, head);
    } catch (error) {
      this.#cut(head === '' || !(error instanceof RefusedBody) ? undefined : error.answer);
      return;
    }
    if (client.writableNeedDrain) hold();
    if (answer.body.done) finish(exchange, stop === bytes.length);
  }

  // The head waits for the first look at the body, so that another answer can still stand in its place.
  #giveSifted({ answer }: Exchange, bytes: Buffer, head: string): number {
    const pieces: Buffer[] = [];
    const stop =
      answer === undefined ? 0 : giveContent(answer, bytes, { write: (piece) => pieces.push(piece) });
    const [first] = pieces;
    if (head === '' && pieces.length === 1 && first !== undefined) this.#deps.client.write(first);
    else if (head !== '' || pieces.length > 1) this.#deps.client.write(joined(head, pieces));
    return stop;
  }

  #cut(answer: string | undefined): void {
    if (answer === undefined) this.#deps.client.destroy();
    else this.#deps.say(answer);
  }
}

/** Head and content in one piece. */
function joined(head: string, pieces: readonly Buffer[]): Buffer {
  const whole = Buffer.allocUnsafe(pieces.reduce((size, { length }) => size + length, head.length));
  let at = whole.write(head, 'latin1');
  for (const piece of pieces) at += piece.copy(whole, at);
  return whole;
}
