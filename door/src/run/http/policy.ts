// What a connection of a door asks about each request, and how long and how much it bears.
import type { Socket } from 'node:net';
import type { AnswerHead, RequestHead } from './head.ts';
import type { Turn } from './turn.ts';

/** A connection to the next one, or the answer that says why there is none. */
export type Opened =
  { readonly kind: 'open'; readonly socket: Socket } | { readonly kind: 'refused'; readonly answer: string };

/** What happens to a request. */
export type Plan =
  | {
      readonly kind: 'forward';
      /** Requests with the same key can follow each other on one connection. */
      readonly key: string;
      readonly open: () => Opened | Promise<Opened>;
      /** The head for the next one, without framing and the empty line. */
      readonly lines: string;
      readonly websocket: boolean;
      /** The client wants no second request. */
      readonly closes: boolean;
      /** Looks at what passes; absent: nobody does. */
      readonly watch?: Watch | undefined;
      /**
       * Looks at the content of the request alone, and gives what may go on now; with `last` no more comes.
       * Throws a `RefusedBody`.
       */
      readonly sift?: ((content: Buffer, last: boolean) => Buffer) | undefined;
    }
  /** Said, and the connection ends. */
  | { readonly kind: 'answer'; readonly answer: string }
  /** Bytes pass both ways, unread. */
  | { readonly kind: 'tunnel'; readonly open: () => Promise<Opened> }
  /** The client is told that it is connected, and is read under other rules. */
  | { readonly kind: 'switch'; readonly policy: Policy }
  /** The client is told that it is connected, and then served by somebody else. */
  | {
      readonly kind: 'serve';
      readonly serve: (client: Socket, shared: Shared) => Promise<Served | undefined>;
    }
  | Wait;

/** A request that is decided about later: when its body has been read, or when somebody has answered. */
export interface Wait {
  readonly kind: 'wait';
  /** So much of the body is read before; `undefined`: nothing of it. */
  readonly most: number | undefined;
  /** Said when there is more. */
  readonly long: string;
  /** The client waits to be told that it may send its body. */
  readonly expects: boolean;
  readonly decide: (content: Buffer) => Plan | Promise<Plan>;
}

/** Whoever serves a client in place of a connection. */
export interface Served {
  /** Ends what took too long. */
  check(now: number): void;
}

/** Looks at what passes, both ways. */
export interface Watch {
  /** The connection by which the request is about to leave: the answer that refuses it, if it must not any more. */
  leave(socket: Socket): string | undefined;
  /** Content of the request, before it goes on: the answer that refuses it, if it must not. */
  refusalOf(content: Buffer): string | undefined;
  /** The head of an answer: the answer in its place, if it must not go on. */
  replacementOf(head: AnswerHead): string | undefined;
  /** Content of the answer; gives what may go on now, or `undefined` when all ends here. */
  pass(content: Buffer): Buffer | undefined;
  /** What of it was held back until the end. */
  rest(): Buffer;
  /** Said in place of an answer of which nothing has gone on. */
  readonly cut: string;
  /** A line of a trailer, or beside a chunk, which goes nowhere; false: all ends here. */
  hear(line: string, way: 'out' | 'back'): boolean;
}

/** Why a request has no answer of its own. */
export type Failure = 400 | 408 | 431 | 502 | 504;

/** The rules of one side of the door. */
export interface Policy {
  read(head: RequestHead): Plan;
  /** The head of an answer for the client, without framing and the empty line. */
  present(head: AnswerHead): string;
  /** A whole answer that ends the connection. `head` is that of the request, where there is one. */
  fail(failure: Failure, head?: RequestHead): string;
}

/** Milliseconds and bytes. */
export interface Limits {
  readonly headBytes: number;
  /** Until the head of a request is whole. */
  readonly headMs: number;
  /** Between requests. */
  readonly idleMs: number;
  /** Without a byte of a body, and without a byte that a client takes. */
  readonly stallMs: number;
  /** Until the answer begins. */
  readonly answerMs: number;
  /** A tunnel in which nothing moves. */
  readonly tunnelMs: number;
  /** For a client to take the last answer. */
  readonly lingerMs: number;
}

/** What all connections of one side share. */
export interface Shared {
  readonly limits: Limits;
  readonly turn: Turn;
  /** Bytes from clients and to them. */
  up: number;
  down: number;
  /** Requests so far, and those that are under way, tunnels among them. */
  requests: number;
  active: number;
  /** The time, by about a second. */
  now: number;
}
