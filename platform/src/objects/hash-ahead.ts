// Hashes an upload while its parts come in order, so that its completion has little left to read: clients wait some
// ten seconds for that answer. Invariant: what was hashed counts only while all ETags are still the ones it was
// hashed under; a writer removes a part's ETag before it changes a byte.
import { createHash, type Hash } from 'node:crypto';
import type { Marker } from './part-markers.ts';

/** A hash that covers the parts before, to be updated with the next one. */
export interface HashStep {
  readonly hash: Hash;
  /** The ETags of the parts that the hash covers already. */
  readonly before: readonly string[];
}

const MOST_UPLOADS = 256;

/** Running digests of uploads. A lost one costs time, never correctness. */
export class HashAhead {
  readonly #uploads = new Map<string, HashStep>();

  /** A hash for this part, if it is the next one. The running one stays as it is until `record`. */
  next(id: string, number: number): HashStep | undefined {
    if (number === 1) return { hash: createHash('sha256'), before: [] };
    const running = this.#uploads.get(id);
    return running?.before.length === number - 1 ? copyStep(running) : undefined;
  }

  /** Remembers that the hash now covers the part that was received under this ETag. */
  record(id: string, step: HashStep, etag: string): void {
    this.#uploads.delete(id);
    this.#uploads.set(id, { hash: step.hash, before: [...step.before, etag] });
    for (const oldest of this.#uploads.keys()) {
      if (this.#uploads.size <= MOST_UPLOADS) break;
      this.#uploads.delete(oldest);
    }
  }

  /** The hash of the first parts, if each of them still is the one that was hashed. */
  trusted(id: string, markers: readonly Marker[]): HashStep | undefined {
    const running = this.#uploads.get(id);
    const same = running?.before.every((etag, index) =>
      markers.some((marker) => marker.kind === 'part' && marker.number === index + 1 && marker.etag === etag),
    );
    return running !== undefined && same === true ? copyStep(running) : undefined;
  }

  /** Forgets an upload. */
  forget(id: string): void {
    this.#uploads.delete(id);
  }
}

function copyStep(step: HashStep): HashStep {
  return { hash: step.hash.copy(), before: step.before };
}
