// Reads open descriptors synchronously, for threads in which nothing else waits.
import { readSync } from 'node:fs';

/** Reads up to the length of `into` from a position; fewer only at the end of the file. Returns how many bytes. */
export function readDescriptor(fd: number, position: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(fd, into, done, into.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
