// Moves bytes that are made on the way into a connection.
// Invariant: the next piece is asked for only when the connection took the last one, whose memory may be used again.
import type { Writable } from 'node:stream';

/** What to move, and where. */
export interface SourcePumpOptions {
  readonly source: AsyncIterable<Uint8Array>;
  /** A response or socket. The pump does not end it. */
  readonly to: Writable;
  readonly signal?: AbortSignal | undefined;
  /** How long the peer may take to accept one piece, in milliseconds. Default two minutes. */
  readonly slowAfterMs?: number | undefined;
}

const SLOW_AFTER_MS = 120_000;

/**
 * Sends what the source gives, and returns how many bytes the connection accepted. When the peer goes away, is too slow,
 * or the signal fires, the connection is destroyed and the source is left. Throws what the source throws, after destroying it, because
 * the length that was announced cannot be kept.
 */
export async function pumpSource({
  source,
  to,
  signal,
  slowAfterMs = SLOW_AFTER_MS,
}: SourcePumpOptions): Promise<number> {
  let bytes = 0;
  // A late error of a connection that is being destroyed must not be a bug's.
  to.on('error', () => undefined);
  const end = (): void => void to.destroy();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    for await (const piece of source) {
      if (!(await accepted(to, piece, slowAfterMs))) {
        to.destroy();
        break;
      }
      bytes += piece.length;
    }
  } catch (error) {
    to.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
  }
  return bytes;
}

/** Whether the connection took the bytes. */
function accepted(to: Writable, piece: Uint8Array, patience: number): Promise<boolean> {
  if (to.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (taken: boolean): void => {
      clearTimeout(timer);
      to.off('close', gone);
      resolve(taken);
    };
    const gone = (): void => settle(false);
    const timer = setTimeout(gone, patience);
    to.once('close', gone);
    to.write(piece, (error) => settle(!error));
  });
}
