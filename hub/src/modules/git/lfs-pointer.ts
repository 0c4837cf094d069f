// The small text file that stands for a large one in git (git-lfs specification, version 1). Read strictly: what is
// not exactly a pointer is an ordinary file, so that nobody can make two readers disagree about which bytes are meant.
import { Buffer, isUtf8 } from 'node:buffer';
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';

/** What a pointer says: the digest and the size in bytes of the content. */
export interface LfsPointer {
  readonly oid: Sha256;
  readonly size: number;
}

/** A pointer has fewer bytes than this. */
export const MAX_POINTER_BYTES = 1024;

const VERSION = 'version https://git-lfs.github.com/spec/v1';
const LINE = /^([a-z0-9.-]+) ([^\r\n]+)$/;
const SIZE = /^(0|[1-9][0-9]{0,15})$/;

/** The pointer file for this content. */
export function encodePointer(pointer: LfsPointer): Buffer {
  if (!Number.isSafeInteger(pointer.size) || pointer.size < 0) throw new TypeError('not a size');
  return Buffer.from(`${VERSION}\noid sha256:${pointer.oid}\nsize ${pointer.size}\n`);
}

/** The pointer in a file, or `undefined` when the file is not one. */
export function parsePointer(bytes: Uint8Array): LfsPointer | undefined {
  if (bytes.byteLength >= MAX_POINTER_BYTES || !isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  if (!text.startsWith(`${VERSION}\n`) || !text.endsWith('\n')) return undefined;
  const fields = new Map<string, string>();
  let previous = '';
  for (const line of text.slice(VERSION.length + 1, -1).split('\n')) {
    const [, key = '', value = ''] = LINE.exec(line) ?? [];
    // Sorted and without repeats, as the specification asks: a second `oid` line could mean another content.
    if (key <= previous || key === 'version') return undefined;
    previous = key;
    fields.set(key, value);
  }
  const digest = fields.get('oid') ?? '';
  const oid = digest.startsWith('sha256:') ? parseSha256(digest.slice('sha256:'.length)) : undefined;
  const size = SIZE.test(fields.get('size') ?? '') ? Number(fields.get('size')) : NaN;
  return oid !== undefined && Number.isSafeInteger(size) ? { oid, size } : undefined;
}
