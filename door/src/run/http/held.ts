// A request that is decided about later, and what of its body has come until then; and a client that is left to somebody else.
import type { Socket } from 'node:net';
import { readBody, RefusedBody, type BodyReader } from './body.ts';
import type { Framing } from './framing.ts';
import type { RequestHead } from './head.ts';
import { CONNECTED } from './lines.ts';
import type { Served, Wait } from './policy.ts';

const NOTHING = Buffer.alloc(0);

/** All of these in one; a copy only where there is more than one. */
export function joined(pieces: readonly Buffer[]): Buffer {
  const some = pieces.filter(({ length }) => length > 0);
  return some.length > 1 ? Buffer.concat(some) : (some[0] ?? NOTHING);
}

/** What is left after so many of these bytes. */
export function after(bytes: Buffer, count: number): Buffer {
  if (count === 0) return bytes;
  return count === bytes.length ? NOTHING : bytes.subarray(count);
}

/** A request under a plan to wait. */
export class Held {
  readonly head: RequestHead;
  readonly wait: Wait;
  readonly #framing: Framing;
  readonly #body: BodyReader | undefined;
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(head: RequestHead, wait: Wait, framing: Framing) {
    this.head = head;
    this.wait = wait;
    this.#framing = framing;
    this.#body = wait.most === undefined ? undefined : readBody(framing);
  }

  /** All that was to be read has come. */
  get ready(): boolean {
    return this.#body?.done ?? true;
  }

  /** The body as it goes on: what was read has a length. */
  get framing(): Framing {
    const read = this.#body !== undefined && this.#framing.kind !== 'none';
    return read ? { kind: 'length', length: this.#size } : this.#framing;
  }

  /** What was read of the body. */
  get content(): Buffer {
    return joined(this.#pieces);
  }

  /** Takes what belongs to the body; returns how many bytes that were. Throws a `BrokenBody`. */
  take(bytes: Buffer): number {
    if (this.#body === undefined) return 0;
    return this.#body.take(bytes, 0, (content) => {
      this.#size += content.length;
      if (this.#size > (this.wait.most ?? 0)) throw new RefusedBody(this.wait.long);
      this.#pieces.push(content);
    });
  }
}

/** Tells a client that it is connected, and leaves it to somebody else with all that it has said already. */
export async function handOver(
  client: Socket,
  said: Buffer,
  serve: (client: Socket) => Promise<Served | undefined>,
): Promise<Served | undefined> {
  client.write(CONNECTED);
  if (said.length > 0) client.unshift(said);
  const served = await serve(client);
  if (served === undefined) client.destroy();
  return served;
}
