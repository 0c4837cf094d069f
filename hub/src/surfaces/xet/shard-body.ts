// Reads the body of a shard. It is put aside while it comes, and taken into memory only when there is room for it, so
// that a hundred slow senders of the largest shards cost a hundred open files.
import { type IncomingMessage } from 'node:http';
import { MiB } from '@holdfast/kernel/size';
import { type ByteBudget } from '@holdfast/platform/byte-budget';
import { Spool, type SpoolRoom, type SpooledBytes } from '@holdfast/platform/spool';
import { shardTooLarge } from '#modules/xet';
import { type LiveBody } from '../http/live-body.ts';

/** Clients make another shard beyond this. */
export const MOST_SHARD = 64 * MiB;

/** Where shards are put aside. */
export interface ShardSpace {
  /** A folder on a disk with space. */
  readonly scratch: string;
  readonly room: SpoolRoom;
  /** How many bytes of shards may be looked at, at once. */
  readonly budget: ByteBudget;
}

/** Does something with all bytes of a shard. Throws `xet.shard-too-large`, `object.store-full`, what the body throws. */
export async function withShard<Result>(
  body: { readonly request: IncomingMessage; readonly live: LiveBody },
  space: ShardSpace,
  work: (bytes: Buffer) => Promise<Result>,
): Promise<Result> {
  if (Number(body.request.headers['content-length'] ?? 0) > MOST_SHARD) throw shardTooLarge(MOST_SHARD);
  await using spool = new Spool(space.scratch, space.room);
  const pieces: SpooledBytes[] = [];
  let size = 0;
  for await (const chunk of body.live.source) {
    size += chunk.length;
    if (size > MOST_SHARD) throw shardTooLarge(MOST_SHARD);
    pieces.push(await spool.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  }
  using _room = await space.budget.take(size, body.live.signal);
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const piece of pieces) at += (await spool.read(piece, bytes.subarray(at))).length;
  return await work(bytes);
}
