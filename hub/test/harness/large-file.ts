// A file of 2 GiB, and what tells whether it came back as it was.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { GiB, MiB } from '@holdfast/kernel/size';

const SIZE = 2 * GiB;
const BLOCK = 16 * MiB;

/** Writes 2 GiB of random blocks, each made different by its number: quick to write, and nothing compresses or repeats exactly. */
export async function writeLarge(file: string): Promise<void> {
  await using handle = await open(file, 'w');
  const block = randomBytes(BLOCK);
  for (let number = 0; number < SIZE / BLOCK; number += 1) {
    for (let at = 0; at < BLOCK; at += 4096) block.writeUInt32LE(number, at);
    await handle.write(block);
  }
}

/** The SHA-256 of a file. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: MiB }), hash);
  return hash.digest('hex');
}
