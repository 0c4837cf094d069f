// Memory that begins at a page, as a disk needs it to move bytes by itself, past the system's cache of files.
import { KiB } from '@holdfast/kernel/size';

/** Where in a file, in memory and for how many bytes a disk may be asked: multiples of this. */
export const PAGE: number = 4 * KiB;

/** The least that WebAssembly has. */
const WASM_PAGE = 64 * KiB;

// Node's types leave it to those of browsers.
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => {
    readonly buffer: ArrayBuffer;
  };
};

/** A buffer that begins at a page. Its memory is WebAssembly's: of any other nobody can tell where it begins. */
export function allocateAligned(bytes: number): Buffer {
  const pages = Math.ceil(bytes / WASM_PAGE);
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer, 0, bytes);
}

/** The next multiple of a page, or the number itself. */
export function toPage(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}
