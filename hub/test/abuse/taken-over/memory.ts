// Looking for passwords in the hub's own memory: those of other roles must never have been in it.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { type Attempt } from './attempt.ts';
import { type Order, type StolenStart } from './order.ts';

const CHUNK = 8 * 1024 * 1024;

/** Which of these digests belong to something that stands in this process's memory. */
function findInMemory(wanted: ReadonlySet<string>): Set<string> {
  const memory = openSync('/proc/self/mem', 'r');
  try {
    const candidates = new Set(piecesOfMemory().flatMap(([at, length]) => candidatesIn(memory, at, length)));
    const digests = candidates.values().map((one) => createHash('sha256').update(one).digest('hex'));
    return new Set(digests.filter((digest) => wanted.has(digest)));
  } finally {
    closeSync(memory);
  }
}

// Overlapping, so that nothing is missed for lying across a border.
function* piecesOfMemory(): Generator<[number, number]> {
  for (const [from, to] of writableRegions())
    for (let at = from; at < to; at += CHUNK - 64) yield [at, Math.min(CHUNK, to - at)];
}

function writableRegions(): [number, number][] {
  return readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line))
    .filter((match) => match !== null)
    .map(([, from, to]) => [Number.parseInt(from ?? '0', 16), Number.parseInt(to ?? '0', 16)]);
}

// As Node and the parsers of JSON and of the protocol keep them: between quotes, zeros or lengths, never inside a word.
function* candidatesIn(memory: number, at: number, length: number): Generator<string> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  try {
    read = readSync(memory, buffer, 0, length, at);
  } catch {
    return; // a region that went away, or one of the kernel's
  }
  const text = buffer.toString('latin1', 0, read);
  for (const [run] of text.matchAll(/(?<![\w+/-])[\w+/-]{43}(?![\w+/-])=?/g)) yield run;
}

/** Each digest that the test named. Throws when the search does not even find the hub's own password. */
export function memoryAttempts({ secrets }: StolenStart, { digests }: Order): Attempt[] {
  const own = createHash('sha256').update(secrets.postgresPassword).digest('hex');
  const found = findInMemory(new Set([own, ...Object.values(digests)]));
  if (!found.has(own)) throw new Error('its own password was not found in its memory');
  return Object.entries(digests).map(([name, digest]) => ({
    name: `find ${name} in memory`,
    act: () => {
      if (!found.has(digest)) throw new Error('not there');
    },
  }));
}
