// Receives the bodies of calls that are parsed as a whole, in rooms of memory that strangers and users do not share.
import { type IncomingMessage } from 'node:http';
import { KiB } from '@holdfast/kernel/size';
import { hasBody, readBody, type BodyLimits, type FormLimits } from './body.ts';
import { BodyRoom } from './body-room.ts';
import { type Route } from './route.ts';

// How many bodies of the greatest size may be held. Whoever has no account shares less, so that a flood without tokens
// leaves the room of users alone; and one sender cannot fill either.
const STRANGERS = { all: 16, each: 4 };
const USERS = { all: 64, each: 16 };

// Bytes in JSON that stand for one of a text, at most: clients escape what is not ASCII, as `\u0436` for two bytes.
const ESCAPED = 3;

// What a person fills in on a page is short, and anybody may send it, so it gets less than what a program sends.
const FORM_BYTES = 32 * KiB;
const FORM_FIELDS = 200;
// A text of 256 KiB: a browser writes a byte that is no letter as three, and the end of a line as six.
const TEXT_FORM_BYTES = 1024 * KiB;

/** What a route says of its body. */
type BodyWish = Pick<Route, 'bodyKind' | 'bodyHoldsFile' | 'bodyHoldsText' | 'bodyFields'>;

/** Who sends: an account's id or an address. */
export interface Sender {
  readonly key: string;
  readonly known: boolean;
}

/** A body as it was parsed. Dispose it when the call that it belongs to has ended. */
export interface CallBody extends Disposable {
  readonly value: unknown;
}

const NO_BODY: CallBody = { value: undefined, [Symbol.dispose]: () => undefined };
const EMPTY_BODY: CallBody = { value: {}, [Symbol.dispose]: () => undefined };

/** Receives the bodies of one server. */
export class CallBodies {
  readonly #limits: BodyLimits;
  readonly #fileLimits: BodyLimits;
  readonly #strangers: BodyRoom;
  readonly #users: BodyRoom;

  constructor(limits: BodyLimits & { readonly file: number }) {
    const room = ({ all, each }: typeof USERS): BodyRoom =>
      new BodyRoom({ bytes: all * limits.bytes, bytesPerSender: each * limits.bytes });
    this.#limits = limits;
    this.#fileLimits = { ...limits, bytes: limits.bytes + ESCAPED * limits.file };
    this.#strangers = room(STRANGERS);
    this.#users = room(USERS);
  }

  /** Receives a body that is parsed as a whole; nothing of another kind. Throws what `readBody` throws. */
  async receive(request: IncomingMessage, wish: BodyWish, sender: Sender): Promise<CallBody> {
    const kind = wish.bodyKind;
    if (kind === 'none' || kind === 'stream') return NO_BODY;
    if (!hasBody(request)) return EMPTY_BODY;
    const room = sender.known ? this.#users : this.#strangers;
    const share = await room.open(sender.key);
    try {
      const value = await readBody(request, kind, { limits: this.#limitsOf(wish, sender), share });
      share.settle();
      return { value, [Symbol.dispose]: () => share[Symbol.dispose]() };
    } catch (error) {
      share[Symbol.dispose]();
      throw error;
    }
  }

  #limitsOf(
    { bodyKind, bodyHoldsFile, bodyHoldsText, bodyFields: fields = FORM_FIELDS }: BodyWish,
    sender: Sender,
  ): FormLimits {
    if (bodyKind === 'form') {
      const most = bodyHoldsText === true ? TEXT_FORM_BYTES : FORM_BYTES;
      return { ...this.#limits, bytes: Math.min(most, this.#limits.bytes), fields };
    }
    return { ...(bodyHoldsFile === true && sender.known ? this.#fileLimits : this.#limits), fields };
  }
}
