// Looks for values wherever something of an instance could have left them: files, command lines, environments, and the memory of
// processes, in the forms in which bytes are usually written.
import { open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { type Superuser } from '../harness/superuser.ts';
import { readMemory, readOfProcess } from './traced-memory.ts';
import { packedAs, packedIn, stretchesOf, type Source } from './unpack.ts';

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

const PIECE = 1024 * 1024;
/** An archive in an archive in an archive. */
const DEEPEST = 4;
const MOST_UNPACKED = 1024 * 1024 * 1024;
const CHANCE = 4_096;

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
  const { ctime } = await handle.stat();
  if (ctime < since) return names;
  const source: Source = (from) => readFrom(handle, from);
  await huntSource(source, { forms, names, depth: 0 });
  // What takes it for packed as a whole, and is wrong, gives nothing or nonsense.
  for (const unpacked of packedAs(source))
    await huntSource(unpacked, { forms, names, depth: 1, isGuess: true });
  return names;
}

async function* readFrom(handle: FileHandle, from: number): AsyncGenerator<Buffer> {
  for (let at = from; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(PIECE), 0, PIECE, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

interface Hunt {
  readonly forms: readonly Form[];
  /** Of what was found. */
  readonly names: Set<string>;
  /** How often it was unpacked. */
  readonly depth: number;
  readonly isGuess?: boolean;
}

async function huntSource(source: Source, { forms, names, depth, isGuess = false }: Hunt): Promise<void> {
  for await (const stretch of stretchesOf(source)) {
    look(stretch.bytes, forms, names);
    if (depth > 0 && stretch.at > MOST_UNPACKED) {
      if (!isGuess) names.add('what could not be searched: it unpacks to too much');
      return;
    }
    for (const packed of packedIn(source, stretch)) {
      if (depth < DEEPEST) await huntSource(packed, { forms, names, depth: depth + 1, isGuess });
      else if (!isGuess && (await hasSome(packed)))
        names.add('what could not be searched: it is packed too often');
    }
  }
}

/** Whether a source gives more than what unpacking other bytes gives by chance. */
async function hasSome(source: Source): Promise<boolean> {
  let size = 0;
  for await (const { length } of source(0)) if ((size += length) > CHANCE) return true;
  return false;
}

function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
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

/** Looks through command line, environment and all memory of processes, also inside of what is compressed there. Takes root. */
export async function huntProcesses(
  processes: Iterable<readonly [pid: number, command: string]>,
  hunted: readonly Hunted[],
): Promise<Found[]> {
  const forms = hunted.flatMap(formsOf);
  const found: Found[] = [];
  for (const [pid, command] of processes) {
    const names = new Set<string>();
    try {
      for (const file of ['cmdline', 'environ'])
        look(readOfProcess(pid, file) ?? Buffer.alloc(0), forms, names);
    } catch (error) {
      names.add(`what could not be searched: ${String(error)}`);
    }
    for (const unread of await huntMemory(pid, forms, names))
      names.add(`what could not be searched: ${unread}`);
    for (const name of names) found.push({ name, where: `process ${command.slice(0, 200)}` });
  }
  return found;
}

/** Gives what could not be read. */
async function huntMemory(pid: number, forms: readonly Form[], names: Set<string>): Promise<string[]> {
  const parts = readMemory(pid);
  for (;;) {
    const part = parts.next();
    if (part.done === true) return part.value;
    // What is taken for packed by chance is no archive that somebody left.
    await huntSource(sourceOf(part.value), { forms, names, depth: 0, isGuess: true });
  }
}

function sourceOf(bytes: Buffer): Source {
  return async function* read(from) {
    if (from < bytes.length) yield await Promise.resolve(bytes.subarray(from));
  };
}
