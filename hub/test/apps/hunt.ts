// Looks for values wherever something of an instance could have left them: files, command lines, environments, and the memory of
// processes, in the forms in which bytes are usually written.
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';

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

/** Looks through every file below a folder, also inside of what is compressed. */
export async function huntFiles(folder: string, hunted: readonly Hunted[]): Promise<Found[]> {
  const forms = hunted.flatMap(formsOf);
  const found: Found[] = [];
  for await (const file of filesBelow(folder))
    for (const name of await huntFile(file, forms)) found.push({ name, where: file });
  return found;
}

// Node's own way of going through folders follows links, and bases have one that leads to itself.
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(ignoreGone)) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else if (entry.isFile()) yield file;
  }
}

// What goes while it is looked for holds nothing any more.
function ignoreGone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

async function huntFile(file: string, forms: readonly Form[]): Promise<Set<string>> {
  const names = new Set<string>();
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    for (let at = 0; at < size; at += PART) {
      const bytes = Buffer.alloc(Math.min(PART + OVERLAP, size - at));
      await handle.read(bytes, 0, bytes.length, at);
      look(bytes, forms, names);
      if (at === 0 && size <= PART) look(unpack(bytes), forms, names);
    }
  } catch (error) {
    ignoreGone(error as NodeJS.ErrnoException);
  }
  return names;
}

function unpack(bytes: Buffer): Buffer {
  for (const read of [gunzipSync, inflateSync])
    try {
      return read(bytes, { maxOutputLength: 256 * 1024 * 1024 });
    } catch {
      // It is packed otherwise, or not at all.
    }
  return Buffer.alloc(0);
}

function look(bytes: Buffer, forms: readonly Form[], names: Set<string>): void {
  for (const form of forms) if (!names.has(form.name) && bytes.includes(form.bytes)) names.add(form.name);
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
  await using memory = await open(`/proc/${pid}/mem`, 'r');
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
