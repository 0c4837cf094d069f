// Decides whether a new file is kept as an ordinary git blob or by LFS. The first rule that applies wins:
// the repository's attributes, the size, and whether the first bytes look binary.
import { isUtf8 } from 'node:buffer';
import type { PathAttributes } from './attributes.ts';
import { isLfs } from './attributes.ts';

/** How a file is uploaded. */
export type UploadMode = 'regular' | 'lfs';

/** Files above this many bytes are kept by LFS: the 10 MB of the clients' documentation, in decimal megabytes. */
export const MAX_REGULAR_BYTES = 10_000_000;

/** What a client tells of a file before it sends it. */
export interface FileSketch {
  readonly path: string;
  readonly size: number;
  /** The first bytes of the file, normally 512. */
  readonly sample: Uint8Array;
}

/** The way a file is to be uploaded. Throws `pattern.too-costly`. */
export function uploadModeOf(file: FileSketch, attributes: PathAttributes): UploadMode {
  // Clients send an empty file as a regular one whatever they are told.
  if (file.size === 0) return 'regular';
  if (isLfs(file.path, attributes)) return 'lfs';
  if (file.size > MAX_REGULAR_BYTES) return 'lfs';
  return looksBinary(file.sample) ? 'lfs' : 'regular';
}

/** Whether bytes are no text: a NUL, as git looks for, or something that is not UTF-8. A cut last character is fine. */
export function looksBinary(sample: Uint8Array): boolean {
  if (sample.includes(0)) return true;
  return !isUtf8(sample.subarray(0, sample.length - cutBytes(sample)));
}

/** How many bytes at the end begin a character that the sample does not hold whole. */
function cutBytes(sample: Uint8Array): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = sample.at(-back);
    if (byte === undefined || byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    // No character starts with these.
    if (byte < 0xc2 || byte > 0xf4) return 0;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return back < length ? back : 0;
  }
  return 0;
}
