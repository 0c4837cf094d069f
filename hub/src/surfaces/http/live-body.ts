// The body of an upload: it must keep moving, and it ends when the right to send it ends.
import { type IncomingMessage } from 'node:http';
import { isFault } from '@holdfast/kernel/fault';
import { type ByteSource } from '@holdfast/platform/objects/store';
import { linkUnchecked } from '#modules/blobs';
import { type LiveStreams, type StreamRight } from './live-streams.ts';
import { pacedBody, UPLOAD_PACE } from './paced-body.ts';

/** Bytes that come in under a right. */
export interface LiveBody extends Disposable {
  readonly source: ByteSource;
  /** Aborts, with a refusal as its reason, when the right to send ends. */
  readonly signal: AbortSignal;
}

/** Milliseconds that fast bytes may earn where silence on the connection has no bound. */
const MOST_SAVED = 60_000;

/** Begins to take a body under a right; `ended` makes the refusal when that is gone, of what its check rejected with. */
export function openLiveBody(
  request: IncomingMessage,
  under: {
    readonly streams: LiveStreams;
    readonly right: StreamRight;
    readonly ended: (reason: unknown) => Error;
  },
): LiveBody {
  const live = under.streams.watch(under.right);
  const abort = new AbortController();
  const end = (): void =>
    abort.abort(isGone(live.signal.reason) ? under.ended(live.signal.reason) : linkUnchecked());
  live.signal.addEventListener('abort', end, { once: true });
  // No more than a connection may be silent: else who sends much at once holds a place among those who send for hours.
  const savedMs = request.socket.timeout || MOST_SAVED;
  return {
    source: pacedBody(request, { signal: abort.signal, pace: { ...UPLOAD_PACE, savedMs } }),
    signal: abort.signal,
    [Symbol.dispose]: () => live[Symbol.dispose](),
  };
}

// Without a database nobody knows whether the right still holds. To say that it does not would be untrue, and a client
// that is told so does not try again.
function isGone(reason: unknown): boolean {
  return reason === undefined || isFault(reason) || (reason as Error).name === 'AbortError';
}
