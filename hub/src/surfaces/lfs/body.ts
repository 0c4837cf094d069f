// The body of an upload: it must keep moving, and it ends when the right to send it ends.
import { MiB } from '@holdfast/kernel/size';
import { type IncomingMessage } from 'node:http';
import { isFault } from '@holdfast/kernel/fault';
import { sizeMismatch } from '@holdfast/platform/objects/faults';
import { type ByteSource } from '@holdfast/platform/objects/store';
import { linkEnded, linkUnchecked } from '#modules/blobs';
import { type LiveStreams } from '../http/live-streams.ts';
import { pacedBody } from '../http/paced-body.ts';
import { rightOf, type LinkDeps, type OpenedLink } from './links.ts';

/** What receiving needs beside links. */
export interface ReceiveDeps extends LinkDeps {
  readonly streams: LiveStreams;
}

/** How long the holder of a link is listened to after a refusal. What is larger than this meets a closed connection. */
export const PATIENCE = { bytes: 64 * MiB, time: 10_000 };

/** Bytes that come in under a link. */
export interface Receiving extends Disposable {
  readonly source: ByteSource;
  /** Aborts, with a refusal as its reason, when the right to send ends. */
  readonly signal: AbortSignal;
}

/** Begins to take a body of exactly this size. Throws `object.size-mismatch` where another length is announced. */
export function receiveBody(
  deps: ReceiveDeps,
  opened: OpenedLink,
  body: { readonly request: IncomingMessage; readonly size: number },
): Receiving {
  const announced = body.request.headers['content-length'];
  // Before a byte is read: a sender who announces more is not going to send what was agreed.
  if (announced !== undefined && Number(announced) !== body.size)
    throw sizeMismatch(body.size, Number(announced));
  const live = deps.streams.watch(rightOf(deps, opened));
  const abort = new AbortController();
  const end = (): void => abort.abort(endOf(live.signal.reason));
  live.signal.addEventListener('abort', end, { once: true });
  return {
    source: pacedBody(body.request, { signal: abort.signal }),
    signal: abort.signal,
    [Symbol.dispose]: () => live[Symbol.dispose](),
  };
}

// Without a database nobody knows whether the right still holds. To say that it does not would be untrue, and a client
// that is told so does not try again.
function endOf(reason: unknown): Error {
  const ended = reason === undefined || isFault(reason) || (reason as Error).name === 'AbortError';
  return ended ? linkEnded() : linkUnchecked();
}
