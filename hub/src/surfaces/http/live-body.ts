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
  const refusalOf = (reason: unknown): Error => (isGone(reason) ? under.ended(reason) : linkUnchecked());
  const end = (): void => abort.abort(refusalOf(live.signal.reason));
  live.signal.addEventListener('abort', end, { once: true });
  // No more than a connection may be silent: else who sends much at once holds a place among those who send for hours.
  const savedMs = request.socket.timeout || MOST_SAVED;
  // What ends silently is asked now and then: a body that is whole in between, by a cookie that was just signed out, keeps nothing.
  const { right } = under;
  const whenWhole = async (): Promise<void> => {
    if (right.endsSilently !== true) return;
    await right.check().catch((reason: unknown) => {
      throw refusalOf(reason);
    });
  };
  return {
    source: pacedBody(request, { signal: abort.signal, pace: { ...UPLOAD_PACE, savedMs }, whenWhole }),
    signal: abort.signal,
    [Symbol.dispose]: () => live[Symbol.dispose](),
  };
}

// Without a database nobody knows whether the right still holds. To say that it does not would be untrue, and a client
// that is told so does not try again.
function isGone(reason: unknown): boolean {
  return reason === undefined || isFault(reason) || (reason as Error).name === 'AbortError';
}
