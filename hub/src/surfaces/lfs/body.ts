// The body of an upload under a signed link.
import { MiB } from '@holdfast/kernel/size';
import { type IncomingMessage } from 'node:http';
import { sizeMismatch } from '@holdfast/platform/objects/faults';
import { linkEnded } from '#modules/blobs';
import { openLiveBody, type LiveBody } from '../http/live-body.ts';
import { type LiveStreams } from '../http/live-streams.ts';
import { rightOf, type LinkDeps, type OpenedLink } from './links.ts';

/** What receiving needs beside links. */
export interface ReceiveDeps extends LinkDeps {
  readonly streams: LiveStreams;
}

/** How long the holder of a link is listened to after a refusal. What is larger than this meets a closed connection. */
export const PATIENCE = { bytes: 64 * MiB, time: 10_000 };

/**
 * Refuses a body of another length than was agreed before a byte of it is read: a sender who announces more is not going to
 * send what was agreed. Throws `object.size-mismatch`.
 */
export function requireAnnounced({
  request,
  size,
}: {
  readonly request: IncomingMessage;
  readonly size: number;
}): void {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) !== size) throw sizeMismatch(size, Number(announced));
}

/** Begins to take a body of exactly this size. Throws `object.size-mismatch` where another length is announced. */
export function receiveBody(
  deps: ReceiveDeps,
  opened: OpenedLink,
  body: { readonly request: IncomingMessage; readonly size: number },
): LiveBody {
  requireAnnounced(body);
  const right = rightOf(deps, opened);
  return openLiveBody(body.request, { streams: deps.streams, right, ended: linkEnded });
}
