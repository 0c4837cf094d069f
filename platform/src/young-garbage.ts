// Collects buffers that nobody needs any more while they are young.
import { MiB } from '@holdfast/kernel/size';

/** Bytes after which young garbage is collected. */
const COLLECT_EVERY = 8 * MiB;

/**
 * Counts bytes in buffers that are not needed any more: of a connection, or made on the way to one. V8 hardly counts
 * them before it has marked the whole heap: a hundred megabytes would wait for that, at ten milliseconds each time.
 * Collected while they are young they cost next to nothing; where collections cannot be asked for (`--expose-gc`), they
 * wait.
 */
export class YoungGarbage {
  #waiting = 0;

  /** Counts some more, and collects where it is time. */
  add(bytes: number): void {
    this.#waiting += bytes;
    if (this.#waiting < COLLECT_EVERY) return;
    this.#waiting = 0;
    globalThis.gc?.({ type: 'minor' });
  }
}
