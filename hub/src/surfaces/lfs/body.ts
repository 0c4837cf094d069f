// The body of an upload: it must keep moving, and it ends when the right to send it ends.
import { type IncomingMessage } from 'node:http';
import { sizeMismatch } from '@holdfast/platform/objects/faults';
import { type ByteSource } from '@holdfast/platform/objects/store';
import { linkEnded } from '#modules/blobs';
import { type LiveStreams } from '../http/live-streams.ts';
import { pacedBody } from '../http/paced-body.ts';
import { rightOf, type LinkDeps, type OpenedLink } from './links.ts';

/** What receiving needs beside links. */
export interface ReceiveDeps extends LinkDeps {
  readonly streams: LiveStreams;
}

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
  live.signal.addEventListener('abort', () => abort.abort(linkEnded()), { once: true });
  return {
    source: pacedBody(body.request, { signal: abort.signal }),
    signal: abort.signal,
    [Symbol.dispose]: () => live[Symbol.dispose](),
  };
}
