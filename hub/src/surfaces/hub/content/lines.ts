// Reads a commit's body line by line as it arrives. Of a line only what is short is held; a long text in it is put aside
// while it comes in.
import { Buffer } from 'node:buffer';
import { MiB } from '@holdfast/kernel/size';
import { type Spool } from '@holdfast/platform/spool';
import { YoungGarbage } from '@holdfast/platform/young-garbage';
import { parseJson } from '../../route/body.ts';
import { bodyMalformed, bodyTooLarge } from '../../route/faults.ts';
import { LongText } from './long-text.ts';

/** A line as JSON. */
export interface ParsedLine {
  readonly json: unknown;
  /** The text in whose place the JSON has `LONG_TEXT`. */
  readonly long: LongText | undefined;
}

/** What reading may cost. Bytes. */
export interface LineLimits {
  readonly line: number;
  readonly body: number;
}

/** What stands for a text that was put aside. No path or revision can hold it. */
export const LONG_TEXT = '\u0001long';

/** A line of this size is searched for a text that goes on. */
const LONG = 64 * 1024;
/** Most bytes of a line that are held. */
const HELD = MiB;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The lines of a body that are not empty. A line's long text must be read before the next line is asked for.
 * Throws `request.body-too-large`, and `request.body-malformed` for what is not JSON.
 */
export async function* readLines(
  body: AsyncIterable<Uint8Array>,
  limits: LineLimits,
  spool: Spool,
): AsyncGenerator<ParsedLine> {
  const shared = { limit: limits.line, spool, memory: LongText.memory() };
  let line = new Line(shared);
  for await (const { part, ends } of partsOf(body, limits.body)) {
    await line.add(part);
    if (!ends) continue;
    if (line.length > 0) yield line.parse();
    line = new Line(shared);
  }
  if (line.length > 0) yield line.parse();
}

/** The pieces of a body between line breaks and chunks. */
async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<{ part: Buffer; ends: boolean }> {
  const garbage = new YoungGarbage();
  let total = 0;
  for await (const bytes of body) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    total += chunk.length;
    if (total > limit) throw bodyTooLarge(limit);
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      yield { part: chunk.subarray(start, end), ends: true };
      start = end + 1;
    }
    yield { part: chunk.subarray(start), ends: false };
    garbage.add(chunk.length);
  }
}

/** What the lines of a body use one after the other. */
interface Shared {
  readonly limit: number;
  readonly spool: Spool;
  readonly memory: Buffer;
}

/** A line while it arrives. */
class Line {
  readonly #shared: Shared;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Where the line is next searched for a long text. */
  #search = LONG;
  #long: LongText | undefined;
  #inLong = false;
  length = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async add(part: Buffer): Promise<void> {
    this.length += part.length;
    if (this.length > this.#shared.limit) throw bodyTooLarge(this.#shared.limit);
    if (this.#inLong) await this.#goOn(part);
    else this.#hold(part);
    if (this.#long === undefined && this.#heldBytes > this.#search) await this.#begin();
  }

  parse(): ParsedLine {
    if (this.#inLong) throw bodyMalformed('a line ends within a text');
    return { json: parseJson(Buffer.concat(this.#held)), long: this.#long };
  }

  #hold(part: Buffer): void {
    if (part.length === 0) return;
    this.#heldBytes += part.length;
    if (this.#heldBytes > HELD) throw bodyTooLarge(HELD);
    this.#held.push(part);
  }

  async #begin(): Promise<void> {
    this.#search = this.#heldBytes * 2;
    const line = Buffer.concat(this.#held);
    const start = openText(line);
    if (start === undefined || line.length - start < LONG / 2) return;
    this.#held = [line.subarray(0, start)];
    this.#heldBytes = start;
    this.#long = new LongText(this.#shared.spool, this.#shared.memory);
    this.#inLong = true;
    await this.#goOn(line.subarray(start));
  }

  async #goOn(part: Buffer): Promise<void> {
    const rest = await this.#long?.add(part);
    if (rest === undefined) return;
    this.#inLong = false;
    this.#hold(Buffer.from('\\u0001long"'));
    this.#hold(rest);
  }
}

/** Where the text begins in which the line ends. */
function openText(line: Buffer): number | undefined {
  for (let at = line.indexOf(QUOTE); at !== -1;) {
    const end = endOfText(line, at + 1);
    if (end === -1) return at + 1;
    at = line.indexOf(QUOTE, end + 1);
  }
  return undefined;
}

/** Where the quote is that ends the text. */
function endOfText(line: Buffer, start: number): number {
  for (let at = start; ;) {
    const quote = line.indexOf(QUOTE, at);
    if (quote === -1) return -1;
    let slashes = 0;
    while (quote - slashes > start && line[quote - slashes - 1] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
