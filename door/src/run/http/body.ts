// Bodies as they come, cut out of a stream of bytes. Pure but for what is remembered between two pieces. Chunks are read strictly and written
// anew: their extensions and trailers end here.
import type { Framing } from './framing.ts';

/** Reads one body. */
export interface BodyReader {
  readonly done: boolean;
  /** Takes what belongs to the body of these bytes, beginning at `from`, and gives the content on. Returns where it stopped. */
  take(bytes: Buffer, from: number, give: (content: Buffer) => void): number;
}

/** The chunks are no chunks. */
export class BrokenBody extends Error {
  override readonly name = 'BrokenBody';
}

/** A body that must not go on. */
export class RefusedBody extends BrokenBody {
  /** What is said in place of an answer. */
  readonly answer: string | undefined;

  constructor(answer: string | undefined) {
    super('somebody who looks at it refuses it');
    this.answer = answer;
  }
}

/** A reader for a framing. `hear` is given what chunks have beside their content; false: it must not go on. */
export function readBody(framing: Framing, hear?: (line: string) => boolean): BodyReader {
  if (framing.kind === 'chunked') return new ChunkedBody(hear);
  if (framing.kind === 'until-end') return new LengthBody(Number.POSITIVE_INFINITY);
  return new LengthBody(framing.kind === 'length' ? framing.length : 0);
}

class LengthBody implements BodyReader {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  take(bytes: Buffer, from: number, give: (content: Buffer) => void): number {
    const end = Math.min(bytes.length, from + this.#left);
    if (end > from) give(bytes.subarray(from, end));
    this.#left -= end - from;
    return end;
  }
}

/** Longest line before a chunk, with its extensions, and all of the trailers. */
const LONGEST_LINE = 4_096;
// oxlint-disable-next-line no-control-regex -- a tab is a space here
const SIZE = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;[\u0009\u0020-\u007e\u0080-\u00ff]*)?$/;

type Place = 'size' | 'content' | 'after-content' | 'trailer' | 'end';

class ChunkedBody implements BodyReader {
  readonly #hear: ((line: string) => boolean) | undefined;
  #place: Place = 'size';
  #left = 0;
  #line = '';
  #trailers = 0;

  constructor(hear: ((line: string) => boolean) | undefined) {
    this.#hear = hear;
  }

  get done(): boolean {
    return this.#place === 'end';
  }

  take(bytes: Buffer, from: number, give: (content: Buffer) => void): number {
    let at = from;
    while (at < bytes.length && this.#place !== 'end') {
      if (this.#place === 'content') {
        const end = Math.min(bytes.length, at + this.#left);
        give(bytes.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#place = 'after-content';
      } else at = this.#takeLine(bytes, at);
    }
    return at;
  }

  // Lines end in CR and LF, and in nothing else.
  #takeLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(0x0a, from);
    const stop = end < 0 ? bytes.length : end + 1;
    this.#line += bytes.toString('latin1', from, stop);
    if (this.#line.length > LONGEST_LINE) throw new BrokenBody('a line between chunks is too long');
    if (end < 0) return stop;
    if (!this.#line.endsWith('\r\n')) throw new BrokenBody('a line between chunks does not end in CR LF');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#acceptLine(line);
    return stop;
  }

  #acceptLine(line: string): void {
    if (this.#hear?.(line) === false) throw new RefusedBody(undefined);
    if (this.#place === 'after-content') {
      if (line !== '') throw new BrokenBody('a chunk is longer than it says');
      this.#place = 'size';
    } else if (this.#place === 'size') {
      const size = SIZE.exec(line)?.[1];
      if (size === undefined) throw new BrokenBody('a chunk without a size');
      this.#left = Number.parseInt(size, 16);
      this.#place = this.#left === 0 ? 'trailer' : 'content';
    } else if (line === '') this.#place = 'end';
    else {
      this.#trailers += line.length;
      if (this.#trailers > LONGEST_LINE || line.includes('\r'))
        throw new BrokenBody('the trailers are too long');
    }
  }
}

const NOTHING = Buffer.alloc(0);
const END = Buffer.from('0\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
/** Chunks up to this size are put together in memory; larger ones go out in three pieces. */
const COPIED = 16_384;

/** The bytes by which content goes on under a framing. */
function writeContent(framing: Framing, content: Buffer): readonly Buffer[] {
  if (framing.kind === 'length' || framing.kind === 'none') return [content];
  const size = Buffer.from(`${content.length.toString(16)}\r\n`, 'latin1');
  const pieces = [size, content, LINE_END];
  return content.length > COPIED ? pieces : [Buffer.concat(pieces)];
}

/** The bytes that end a body under a framing. */
function writeEnd(framing: Framing): Buffer | undefined {
  return framing.kind === 'chunked' || framing.kind === 'until-end' ? END : undefined;
}

/** A body on its way. */
export interface PassingBody {
  readonly framing: Framing;
  readonly body: BodyReader;
  /** What of the content may go on now. Throws a `RefusedBody`. */
  readonly sift?: ((content: Buffer, last: boolean) => Buffer) | undefined;
}

/** Gives content on to a socket under the framing it came with. Returns how many bytes belonged to it. Throws a `BrokenBody`. */
export function giveContent(
  { framing, body, sift }: PassingBody,
  bytes: Buffer,
  to: { write(bytes: Buffer): unknown },
): number {
  const give = (content: Buffer): void => {
    if (content.length > 0) for (const piece of writeContent(framing, content)) to.write(piece);
  };
  const stop = body.take(bytes, 0, sift === undefined ? give : (content) => give(sift(content, false)));
  if (sift !== undefined && body.done) give(sift(NOTHING, true));
  const end = body.done ? writeEnd(framing) : undefined;
  if (end !== undefined) to.write(end);
  return stop;
}

/** Ends a body whose end is that of its connection. Throws a `RefusedBody`. */
export function endContent({ framing, sift }: PassingBody, to: { write(bytes: Buffer): unknown }): void {
  const rest = sift?.(NOTHING, true) ?? NOTHING;
  if (rest.length > 0) for (const piece of writeContent(framing, rest)) to.write(piece);
  to.write(writeEnd(framing) ?? NOTHING);
}
