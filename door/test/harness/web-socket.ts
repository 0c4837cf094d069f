// Frames of WebSockets (RFC 6455), as far as tests need them: whole messages, written and read.
const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 8;
const MASK = Buffer.from('1234');

/** A message as one frame; what clients send is masked. */
export function writeMessage(content: string | Buffer, { masked }: { readonly masked: boolean }): Buffer {
  const bytes = Buffer.from(content);
  const first = typeof content === 'string' ? TEXT : BINARY;
  const bit = masked ? 0x80 : 0;
  const head =
    bytes.length < 126
      ? Buffer.from([first, bit | bytes.length])
      : Buffer.from([first, bit | 127, 0, 0, 0, 0, ...lengthOf(bytes)]);
  if (!masked) return Buffer.concat([head, bytes]);
  return Buffer.concat([head, MASK, bytes.map((byte, at) => byte ^ (MASK[at % 4] ?? 0))]);
}

function lengthOf({ length }: Buffer): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(length);
  return four;
}

/** Reads messages from what comes, however it is cut. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  /** The other side has said farewell. */
  isOver = false;

  /** Those that these bytes complete; none follow a farewell. */
  push(bytes: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: Buffer[] = [];
    for (let next = this.#take(); next !== undefined; next = this.#take()) messages.push(next);
    return messages;
  }

  #take(): Buffer | undefined {
    const [first = 0, second = 0] = this.#rest;
    const short = second & 0x7f;
    const more = short < 126 ? 0 : short === 126 ? 2 : 8;
    const keyed = (second & 0x80) === 0 ? 0 : 4;
    const at = 2 + more + keyed;
    this.isOver ||= (first & 0xf) === CLOSE;
    if (this.#rest.length < at || this.isOver) return undefined;
    const length = more === 0 ? short : this.#rest.readUIntBE(more === 2 ? 2 : 4, more === 2 ? 2 : 6);
    if (this.#rest.length < at + length) return undefined;
    const key = this.#rest.subarray(at - keyed, at);
    const content = Buffer.from(this.#rest.subarray(at, at + length));
    this.#rest = this.#rest.subarray(at + length);
    return keyed === 0 ? content : Buffer.from(content.map((byte, n) => byte ^ (key[n % 4] ?? 0)));
  }
}
