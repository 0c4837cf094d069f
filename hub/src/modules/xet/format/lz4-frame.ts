// The LZ4 frame format, as far as xorbs use it: one frame, no dictionary, linked or independent blocks. What the frame
// claims of its sizes is never trusted, only compared: LZ4 unpacks to 255 times its size, and the room given is the
// limit. Checksums are verified although the hash of the chunk says more: a client that looks at them would refuse a
// chunk that we had let in, and a sender could so spoil a xorb for everybody who reads it.
import { xorbInvalid } from '../faults.ts';
import { decodeLz4Block } from './lz4-block.ts';
import { Lz4Window } from './lz4-window.ts';
import { xxHash32 } from './xxhash32.ts';

const MAGIC = 0x184d2204;
const MAGIC_BYTES = 4;
const CHECKSUM_BYTES = 4;
const BLOCK_SIZE_BYTES = 4;
const SHORTEST_HEADER = 7;
/** The high bit of a block's size says that the block is stored as it is. */
const STORED = 0x80000000;

/** Of the first byte of the descriptor. */
const VERSION = { mask: 0b1100_0000, value: 0b0100_0000 };
const INDEPENDENT = 0b0010_0000;
const BLOCK_CHECKSUMS = 0b0001_0000;
const CONTENT_SIZE = 0b0000_1000;
const CONTENT_CHECKSUM = 0b0000_0100;
const RESERVED_OR_DICTIONARY = 0b0000_0011;

interface FrameHeader {
  readonly independent: boolean;
  readonly contentChecksum: boolean;
  readonly contentSize: bigint | undefined;
  /** The most bytes that a block may unpack to. */
  readonly blockLimit: number;
  /** Where the first block begins. */
  readonly end: number;
}

/**
 * Unpacks the one frame that `frame` is into `into`. Returns how many bytes it held; what follows them in `into` is
 * undefined. Throws `xet.xorb-invalid`, also when it holds more than `into` has room for.
 */
export function decodeLz4Frame(frame: Uint8Array, into: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const header = readHeader(frame, view);
  const window = new Lz4Window(into);
  let at = header.end;
  for (;;) {
    const size = readWord(view, at);
    at += BLOCK_SIZE_BYTES;
    if (size === 0) break;
    const block = sliceOf(frame, at, size & ~STORED);
    at += block.length;
    if (block.length > header.blockLimit) throw xorbInvalid('an LZ4 block is larger than its frame allows');
    const start = window.at;
    const cap = Math.min(into.length, start + header.blockLimit);
    if (size >= STORED) store(block, window, cap);
    else decodeLz4Block(block, window, { cap, floor: header.independent ? start : 0 });
    // Readers take a block of nothing for the end.
    if (window.at === start) throw xorbInvalid('an LZ4 block is empty');
  }
  const content = into.subarray(0, window.at);
  if (header.contentChecksum) at = checkSum(view, at, content);
  if (at !== frame.length) throw xorbInvalid(`${frame.length - at} bytes follow its LZ4 frame`);
  if (header.contentSize !== undefined && header.contentSize !== BigInt(window.at))
    throw xorbInvalid(`its LZ4 frame holds ${window.at} bytes, not the ${header.contentSize} it claims`);
  return window.at;
}

function readHeader(frame: Uint8Array, view: DataView): FrameHeader {
  if (frame.length < SHORTEST_HEADER || view.getUint32(0, true) !== MAGIC)
    throw xorbInvalid('it does not begin as an LZ4 frame');
  const flags = view.getUint8(4);
  if ((flags & VERSION.mask) !== VERSION.value || (flags & RESERVED_OR_DICTIONARY) !== 0)
    throw xorbInvalid(`its LZ4 frame has the unknown flags 0x${flags.toString(16)}`);
  // The client for JavaScript looks for them in the wrong place; no client writes them.
  if ((flags & BLOCK_CHECKSUMS) !== 0) throw xorbInvalid('its LZ4 frame has checksums of blocks');
  const sizeBytes = (flags & CONTENT_SIZE) === 0 ? 0 : 8;
  const last = MAGIC_BYTES + 2 + sizeBytes;
  if (last >= frame.length) throw xorbInvalid('its LZ4 frame breaks off');
  if (((xxHash32(frame.subarray(MAGIC_BYTES, last)) >>> 8) & 0xff) !== view.getUint8(last))
    throw xorbInvalid('the header of its LZ4 frame has a wrong checksum');
  return {
    independent: (flags & INDEPENDENT) !== 0,
    contentChecksum: (flags & CONTENT_CHECKSUM) !== 0,
    contentSize: sizeBytes === 0 ? undefined : view.getBigUint64(6, true),
    blockLimit: blockLimitOf(view.getUint8(5)),
    end: last + 1,
  };
}

/** 64 KiB, 256 KiB, 1 MiB or 4 MiB. */
function blockLimitOf(descriptor: number): number {
  const code = descriptor >>> 4;
  if (code < 4 || code > 7 || (descriptor & 0x0f) !== 0)
    throw xorbInvalid(`its LZ4 frame has the unknown block size 0x${descriptor.toString(16)}`);
  return 1 << (8 + 2 * code);
}

function store(block: Uint8Array, window: Lz4Window, cap: number): void {
  if (window.at + block.length > cap) throw xorbInvalid('an LZ4 block unpacks to too much');
  window.bytes.set(block, window.at);
  window.at += block.length;
}

function readWord(view: DataView, at: number): number {
  if (at + 4 > view.byteLength) throw xorbInvalid('its LZ4 frame breaks off');
  return view.getUint32(at, true);
}

function sliceOf(frame: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > frame.length) throw xorbInvalid('its LZ4 frame breaks off');
  return frame.subarray(start, start + length);
}

/** Returns where what follows the checksum begins. */
function checkSum(view: DataView, at: number, bytes: Uint8Array): number {
  if (readWord(view, at) !== xxHash32(bytes)) throw xorbInvalid('its LZ4 frame has a wrong checksum');
  return at + CHECKSUM_BYTES;
}
