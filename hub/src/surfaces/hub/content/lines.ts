// Reads a body line by line as it arrives. One line may be as long as a file, so that few long ones are held at once:
// who has to wait is not read from, and the network holds the rest.
import { MiB } from '@holdfast/kernel/size';
import { bodyMalformed, bodyTooLarge } from '../../route/faults.ts';

/** Lines up to this size are held by any number of requests. */
const SHORT = MiB;

/** Lets few go on at a time. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a slot. The result gives it back. */
  async take(): Promise<Disposable> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go) => this.#waiting.push(go));
    return {
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#free += 1;
        else next();
      },
    };
  }
}

/** What reading may cost. Bytes. */
export interface LineLimits {
  readonly line: number;
  readonly body: number;
  /** Shared by all requests. */
  readonly slots: Slots;
}

/**
 * The lines of a body without their line breaks; empty ones are left out. A line is valid until the next is asked for.
 * Throws `request.body-too-large`, and `request.body-malformed` when the body is cut off.
 */
export async function* readLines(body: AsyncIterable<Buffer>, limits: LineLimits): AsyncGenerator<Buffer> {
  let line = new Line(limits);
  try {
    for await (const { part, ends } of partsOf(body, limits.body)) {
      await line.add(part);
      if (!ends) continue;
      if (line.length > 0) yield line.bytes();
      line[Symbol.dispose]();
      line = new Line(limits);
    }
    if (line.length > 0) yield line.bytes();
  } finally {
    line[Symbol.dispose]();
  }
}

/** The pieces of a body between line breaks and chunks. */
async function* partsOf(
  body: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<{ part: Buffer; ends: boolean }> {
  let total = 0;
  for await (const chunk of whole(body)) {
    total += chunk.length;
    if (total > limit) throw bodyTooLarge(limit);
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      yield { part: chunk.subarray(start, end), ends: true };
      start = end + 1;
    }
    yield { part: chunk.subarray(start), ends: false };
  }
}

/** A line while it arrives. */
class Line implements Disposable {
  readonly #limits: LineLimits;
  readonly #chunks: Buffer[] = [];
  #slot: Disposable | undefined;
  length = 0;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  async add(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    this.length += chunk.length;
    if (this.length > this.#limits.line) throw bodyTooLarge(this.#limits.line);
    this.#chunks.push(chunk);
    if (this.length > SHORT) this.#slot ??= await this.#limits.slots.take();
  }

  bytes(): Buffer {
    const [only] = this.#chunks;
    return only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks.splice(0));
  }

  [Symbol.dispose](): void {
    this.#slot?.[Symbol.dispose]();
    this.#slot = undefined;
  }
}

/** The body, with a connection that breaks told apart from a bug of ours. */
async function* whole(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ECONNRESET') throw bodyMalformed('it was cut off');
    throw error;
  }
}

/** Reads on and forgets, so that a client still sending sees the answer and not a broken connection. */
export async function drain(
  body: AsyncIterable<Buffer>,
  limits: { bytes: number; time: number },
): Promise<void> {
  const until = performance.now() + limits.time;
  let left = limits.bytes;
  try {
    for await (const chunk of body) {
      left -= chunk.length;
      if (left < 0 || performance.now() > until) return;
    }
  } catch {
    // The connection is gone, and with it whoever wanted the answer.
  }
}
