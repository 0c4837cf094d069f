// Finds the name that a TLS client asks for (RFC 8446, 4.1.2; RFC 6066, 3). Pure. Everything is measured against what is there: the
// bytes are the app's.

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const LONGEST_RECORD = 16_384;
const LONGEST_HELLO = 32_768;

/** A name, or that there is none to be found, or that more bytes are needed to tell. */
export type HelloName = { readonly kind: 'name'; readonly name: string } | { readonly kind: 'none' | 'more' };

const NONE: HelloName = { kind: 'none' };
const MORE: HelloName = { kind: 'more' };

/** Reads the first bytes of a connection. */
export function findServerName(bytes: Buffer): HelloName {
  const message = joinRecords(bytes);
  if (message === undefined) return NONE;
  if (message.length < 4) return MORE;
  const length = message.readUIntBE(1, 3);
  if (message[0] !== CLIENT_HELLO || length > LONGEST_HELLO) return NONE;
  if (message.length < 4 + length) return MORE;
  const name = readHello(new Reader(message.subarray(4, 4 + length)));
  return name === undefined ? NONE : { kind: 'name', name };
}

// A hello may be cut into several records. `undefined`: this is not TLS.
function joinRecords(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== HANDSHAKE || (at + 1 < bytes.length && bytes[at + 1] !== 3)) return undefined;
    if (at + 5 > bytes.length) break;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > LONGEST_RECORD) return undefined;
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
    if (isWhole(parts)) break;
  }
  return Buffer.concat(parts);
}

function isWhole(parts: readonly Buffer[]): boolean {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const [first] = parts;
  return first !== undefined && first.length >= 4 && size >= 4 + first.readUIntBE(1, 3);
}

function readHello(hello: Reader): string | undefined {
  hello.take(2 + 32);
  hello.take(hello.number(1)); // session
  hello.take(hello.number(2)); // ciphers
  hello.take(hello.number(1)); // compressions
  const extensions = new Reader(hello.take(hello.number(2)));
  while (extensions.left > 0) {
    const kind = extensions.number(2);
    const content = new Reader(extensions.take(extensions.number(2)));
    if (kind === SERVER_NAME) return readName(new Reader(content.take(content.number(2))));
    if (extensions.broken) return undefined;
  }
  return undefined;
}

function readName(list: Reader): string | undefined {
  const kind = list.number(1);
  const name = list.take(list.number(2)).toString('latin1');
  return list.broken || kind !== HOST_NAME || name === '' ? undefined : name;
}

// Reads past the end give nothing, and are remembered.
class Reader {
  #at = 0;
  broken = false;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(size: number): number {
    const bytes = this.take(size);
    return bytes.length === size ? bytes.readUIntBE(0, size) : 0;
  }

  take(size: number): Buffer {
    if (size > this.left) {
      this.broken = true;
      this.#at = this.#bytes.length;
      return Buffer.alloc(0);
    }
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}
