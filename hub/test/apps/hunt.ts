// Looks for values wherever something of an instance could have left them: files, command lines, environments, and the memory of
// processes, in the forms in which bytes are usually written.
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliDecompressSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type Superuser } from '../harness/superuser.ts';

/** Where a value was found. */
export interface Found {
  readonly name: string;
  readonly where: string;
}

/** A value that is looked for. */
export interface Hunted {
  readonly name: string;
  readonly value: string;
}

const PART = 8 * 1024 * 1024;
/** Longest form of a value, so that one across two parts is seen. */
const OVERLAP = 64 * 1024;

interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A value as it may be written: plain, reversed, in hex, in base64 at each of its three offsets, as UTF-16. */
function formsOf({ name, value }: Hunted): Form[] {
  const bytes = Buffer.from(value);
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // What the neighbours of the value decide is left out.
    return text.slice(offset === 0 ? 0 : 4, text.length - 4);
  });
  return [
    ...[bytes, Buffer.from(value, 'utf16le'), Buffer.from(bytes.toString('hex'))],
    ...[Buffer.from(bytes.toString('hex').toUpperCase()), ...encoded.map((text) => Buffer.from(text))],
  ].map((form) => ({ name, bytes: form }));
}

/**
 * Looks through every file below a folder, also inside of what is compressed. What was last changed before the values existed
 * cannot have them.
 */
export async function huntFiles(folder: string, hunted: readonly Hunted[], since: Date): Promise<Found[]> {
  const forms = hunted.flatMap(formsOf);
  const found: Found[] = [];
  for await (const file of walk(folder))
    for (const name of await huntFile(file, forms, since)) found.push({ name, where: file });
  return found;
}

// What goes while it is looked for holds nothing any more.
async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessGone);
  for (const entry of entries ?? []) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(file);
    else if (entry.isFile()) yield file;
  }
}

async function huntFile(file: string, forms: readonly Form[], since: Date): Promise<Set<string>> {
  const names = new Set<string>();
  await using handle = await open(file, 'r').catch(unlessGone);
  if (handle === undefined) return names;
  const { size, ctime } = await handle.stat();
  if (ctime < since) return names;
  for (let at = 0; at < size; at += PART) {
    const bytes = Buffer.alloc(Math.min(PART + OVERLAP, size - at));
    await handle.read(bytes, 0, bytes.length, at);
    look(bytes, forms, names);
    for (const unpacked of unpack(bytes, { isWhole: at === 0 && size <= PART })) look(unpacked, forms, names);
  }
  return names;
}

function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

/** How what is packed begins, where that can be told from other bytes: it may lie within a file of another kind. */
const PACKED = [
  { begins: Buffer.from([0x1f, 0x8b, 0x08]), read: readGzip },
  { begins: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), read: zstdDecompressSync },
] as const;
const LIMIT = { maxOutputLength: 256 * 1024 * 1024 };

/** Reads what follows the head (RFC 1952) and no further than it goes, whatever comes after it. */
function readGzip(bytes: Buffer, limit: typeof LIMIT): Buffer {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + bytes.readUInt16LE(at);
  for (const text of [8, 16]) if ((flags & text) !== 0) at = bytes.indexOf(0, at) + 1;
  if ((flags & 2) !== 0) at += 2;
  return inflateRawSync(bytes.subarray(at), limit);
}

type Unpacker = (bytes: Buffer, limit: typeof LIMIT) => Buffer;

function* unpack(bytes: Buffer, { isWhole }: { readonly isWhole: boolean }): Generator<Buffer> {
  for (const { begins, read } of PACKED)
    for (let at = bytes.indexOf(begins); at >= 0; at = bytes.indexOf(begins, at + 1))
      yield* tryUnpacking(bytes.subarray(at), read);
  if (isWhole) for (const read of [inflateSync, brotliDecompressSync]) yield* tryUnpacking(bytes, read);
}

function* tryUnpacking(bytes: Buffer, read: Unpacker): Generator<Buffer> {
  try {
    yield read(bytes, LIMIT);
  } catch {
    // It is packed otherwise, or not at all.
  }
}

function look(bytes: Buffer, forms: readonly Form[], names: Set<string>): void {
  for (const form of forms) if (!names.has(form.name) && bytes.includes(form.bytes)) names.add(form.name);
}

/** Looks through every row of every table as text, because in its files a long one is packed in a way of PostgreSQL's own. */
export async function huntTables({ pool }: Superuser, hunted: readonly Hunted[]): Promise<Found[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname <> 'information_schema' order by 1`,
  );
  const forms = hunted.flatMap(formsOf);
  const found: Found[] = [];
  for (const { name: where } of tables) {
    const names = new Set<string>();
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${where} t`);
    for (const { row } of rows) look(Buffer.from(row), forms, names);
    for (const name of names) found.push({ name, where });
  }
  return found;
}

/** Looks through command line, environment and all memory of processes. Takes root. */
export async function huntProcesses(
  processes: Iterable<readonly [pid: number, command: string]>,
  hunted: readonly Hunted[],
): Promise<Found[]> {
  const forms = hunted.flatMap(formsOf);
  const found: Found[] = [];
  for (const [pid, command] of processes) {
    const names = new Set<string>();
    for (const file of ['cmdline', 'environ'])
      look(await readFile(`/proc/${pid}/${file}`).catch(() => Buffer.alloc(0)), forms, names);
    await huntMemory(pid, forms, names);
    for (const name of names) found.push({ name, where: `process ${command.slice(0, 200)}` });
  }
  return found;
}

async function huntMemory(pid: number, forms: readonly Form[], names: Set<string>): Promise<void> {
  const maps = await readFile(`/proc/${pid}/maps`, 'latin1').catch(() => '');
  if (maps === '') return;
  await using memory = await open(`/proc/${pid}/mem`, 'r').catch(unlessGone);
  if (memory === undefined) return;
  for (const line of maps.split('\n')) {
    const [, from = '', to = '', rights = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    if (!rights.startsWith('rw')) continue;
    const [begin, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    if (!Number.isSafeInteger(begin)) continue;
    for (let at = begin; at < end; at += PART) {
      const bytes = Buffer.alloc(Math.min(PART + OVERLAP, end - at));
      // Regions that are reserved and not there are no memory.
      const { bytesRead } = await memory.read(bytes, 0, bytes.length, at).catch(() => ({ bytesRead: 0 }));
      look(bytes.subarray(0, bytesRead), forms, names);
    }
  }
}
