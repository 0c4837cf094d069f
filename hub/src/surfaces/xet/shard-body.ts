// Reads the body of a shard. It is put aside while it comes, and taken into memory only when there is room for it, so
// that a hundred slow senders of the largest shards cost a hundred open files.
import { type IncomingMessage } from 'node:http';
import { type ByteBudget } from '@holdfast/platform/byte-budget';
import { Spool, type SpooledBytes, type SpoolPlace } from '@holdfast/platform/spool';
import { MOST_SHARD, shardTooLarge } from '#modules/xet';
import { type LiveBody } from '../http/live-body.ts';

/** Where shards are put aside. */
export interface ShardSpace {
  readonly spool: SpoolPlace;
  /** How many bytes of shards may be looked at, at once. */
  readonly budget: ByteBudget;
}

/** A shard that has come. Dispose it when its bytes are not needed any more. */
export interface ReceivedShard extends AsyncDisposable {
  /** Does something with all of its bytes, once there is room for them. */
  read<Result>(signal: AbortSignal, work: (bytes: Buffer) => Promise<Result>): Promise<Result>;
}

/** Takes a shard in. Throws `xet.shard-too-large`, `object.store-full`, and what the body throws. */
export async function receiveShard(
  body: { readonly request: IncomingMessage; readonly live: LiveBody },
  { spool: place, budget }: ShardSpace,
): Promise<ReceivedShard> {
  const announced = Number(body.request.headers['content-length'] ?? 0);
  if (announced > MOST_SHARD) throw shardTooLarge(MOST_SHARD);
  await using opened = new AsyncDisposableStack();
  const spool = opened.use(new Spool(place));
  // Before a byte is read: many that come at once must not find the space that each of them alone would have.
  await spool.expect(announced);
  const pieces: SpooledBytes[] = [];
  let size = 0;
  for await (const chunk of body.live.source) {
    size += chunk.length;
    if (size > MOST_SHARD) throw shardTooLarge(MOST_SHARD);
    pieces.push(await spool.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  }
  const kept = opened.move();
  return {
    async read(signal, work) {
      using _room = await budget.take(size, signal);
      const bytes = Buffer.allocUnsafeSlow(size);
      let at = 0;
      for (const piece of pieces) at += (await spool.read(piece, bytes.subarray(at))).length;
      return await work(bytes);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
