// Carries what an app writes out of the sandbox, masked. An app whose reader is slow waits, as it would without this.
import { once } from 'node:events';
import { Socket } from 'node:net';
import { type Readable } from 'node:stream';
import type { Parts } from './fingerprints.ts';
import { Mask } from './mask.ts';

/** How long a line may be held back because a value could go on in the next one, in milliseconds. */
const HELD_MS = 250;
/** How long the runner may take to read the last of it. */
const LAST_MS = 1_000;

/** One output of an app. */
export interface MaskedOutput {
  /** Settles when all that the app wrote has been read. */
  readonly read: Promise<void>;
  /** Hands on the last of it. */
  end(): Promise<void>;
}

/** Carries what comes to one of our descriptors. */
export type Carry = (from: Readable, fd: number) => MaskedOutput;

/** Masks what comes and writes it to one of our descriptors. */
export function maskOutput(from: Readable, fd: number, parts: readonly Parts[]): MaskedOutput {
  const mask = new Mask(parts);
  const to = new Socket({ fd, readable: false, writable: true });
  to.on('error', () => from.destroy()); // the runner is gone
  let timer: NodeJS.Timeout | undefined;
  from.on('data', (bytes: Buffer) => {
    clearTimeout(timer);
    timer = setTimeout(() => to.write(mask.release()), HELD_MS);
    if (to.write(mask.feed(bytes))) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.on('error', () => undefined); // `close` follows
  return {
    read: once(from, 'close').then(() => undefined),
    end: async () => {
      clearTimeout(timer);
      from.destroy();
      const { promise, resolve } = Promise.withResolvers<void>();
      to.end(mask.finish(), resolve);
      setTimeout(resolve, LAST_MS).unref();
      await promise;
      to.destroy();
    },
  };
}
