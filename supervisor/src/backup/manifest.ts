// What a backup holds: one line for the backup, one for each file and folder, and last a digest of the lines before. It gets its name
// when everything else is on disk, so that a backup with a manifest is whole, and one without is none.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { exists, moveDurably } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { backupDamaged, backupVersion, noBackup } from './faults.ts';

/** Which backup it is. */
export const BackupHead = z.strictObject({
  holdfast: z.literal('backup'),
  format: z.int().positive(),
  kind: z.enum(['data', 'keys']),
  id: z.string(),
  /** Of whom. */
  instance: z.string(),
  /** The Holdfast that made it. */
  version: z.string(),
  madeAt: z.iso.datetime(),
  /** Major version of the server whose files are in it; `null`: the database is elsewhere, and not in it. */
  postgres: z.string().nullable(),
  /** Whether a passphrase is needed. */
  sealed: z.boolean(),
});
export type BackupHead = z.infer<typeof BackupHead>;

/** The format that this version writes and reads. */
export const FORMAT = 1;

// Who tampers with a backup must not have us write elsewhere.
const Path = z
  .string()
  .regex(/^(database|objects|files|keys)(\/|$)/)
  .refine((path) => normalize(path) === path && !path.split('/').includes('..') && !path.includes('\0'));

/** A file of it. */
export const BackedUpFile = z.strictObject({
  path: Path,
  size: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BackedUpFile = z.infer<typeof BackedUpFile>;
const Folder = z.strictObject({ folder: Path });
const End = z.strictObject({ files: z.int().nonnegative(), sha256: z.string() });
const Line = z.union([BackedUpFile, Folder]);

const NAME = 'manifest.jsonl';
/** The manifest while it is written, by which a backup that was broken off is known. */
export const UNFINISHED = 'manifest.unfinished';

/** Whether a whole backup lies in this folder. */
export function hasManifest(folder: string): boolean {
  return exists(join(folder, NAME));
}

/** Whether a backup was begun in this folder and broken off. */
export function isUnfinished(folder: string): boolean {
  return exists(join(folder, UNFINISHED)) && !hasManifest(folder);
}

/** A manifest that is being written. */
export class ManifestWriter implements AsyncDisposable {
  readonly #folder: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #pending = '';
  #files = 0;
  #bytes = 0;

  private constructor(folder: string, file: FileHandle) {
    this.#folder = folder;
    this.#file = file;
  }

  /** Begins one. */
  static async open(folder: string, head: BackupHead): Promise<ManifestWriter> {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const file = await open(join(folder, UNFINISHED), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    const writer = new ManifestWriter(folder, file);
    await writer.#add(head);
    return writer;
  }

  /** How much there is so far. */
  get count(): { readonly files: number; readonly bytes: number } {
    return { files: this.#files, bytes: this.#bytes };
  }

  async addFile(file: BackedUpFile): Promise<void> {
    this.#files += 1;
    this.#bytes += file.size;
    await this.#add(file);
  }

  async addFolder(folder: string): Promise<void> {
    await this.#add({ folder });
  }

  async #add(line: object): Promise<void> {
    const text = `${JSON.stringify(line)}\n`;
    this.#hash.update(text);
    this.#pending += text;
    if (this.#pending.length > 65_536) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#file.appendFile(this.#pending);
    this.#pending = '';
  }

  /** Makes the backup whole. What it names must be on disk. */
  async finish(): Promise<void> {
    this.#pending += `${JSON.stringify({ files: this.#files, sha256: this.#hash.digest('hex') })}\n`;
    await this.#flush();
    await this.#file.sync();
    await moveDurably(join(this.#folder, UNFINISHED), join(this.#folder, NAME));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** A backup, as its manifest says it. */
export interface Manifest {
  readonly folder: string;
  readonly head: BackupHead;
  /** Its files, and how much they are. */
  readonly files: number;
  readonly bytes: number;
  /** Every line anew, as often as it is asked for. */
  lines(): AsyncGenerator<BackedUpFile | { readonly folder: string }>;
}

/** Opens one, and holds it against its own digest. Throws `noBackup`, `backupDamaged`, `backupVersion`. */
export async function openManifest(folder: string, kind: BackupHead['kind']): Promise<Manifest> {
  if (!hasManifest(folder))
    throw noBackup(folder, isUnfinished(folder) ? 'it was broken off' : `there is no ${NAME}`);
  const head = await readHead(folder);
  if (head.kind !== kind)
    throw noBackup(folder, `it is one of the ${head.kind}, and one of the ${kind} is wanted`);
  let [files, bytes] = [0, 0];
  for await (const line of linesOf(folder)) {
    if (!('path' in line)) continue;
    files += 1;
    bytes += line.size;
  }
  return { folder, head, files, bytes, lines: () => linesOf(folder) };
}

/** Opens one of either kind; throws as `openManifest`. */
export async function openAnyManifest(folder: string): Promise<Manifest> {
  if (!hasManifest(folder)) return await openManifest(folder, 'data');
  return await openManifest(folder, (await readHead(folder)).kind);
}

async function readHead(folder: string): Promise<BackupHead> {
  for await (const text of textsOf(folder)) {
    const format = z.looseObject({ format: z.int() }).safeParse(parse(folder, text)).data?.format;
    if (format !== undefined && format > FORMAT)
      throw backupVersion(`its format is ${format}, and this one reads up to ${FORMAT}`);
    const head = BackupHead.safeParse(parse(folder, text)).data;
    if (head !== undefined) return head;
    break;
  }
  throw backupDamaged(folder, 'its manifest does not begin as one');
}

async function* linesOf(folder: string): AsyncGenerator<BackedUpFile | { readonly folder: string }> {
  const hash = createHash('sha256');
  let [n, files] = [0, 0];
  let end: z.infer<typeof End> | undefined;
  for await (const text of textsOf(folder)) {
    n += 1;
    if (end !== undefined) throw backupDamaged(folder, 'its manifest goes on behind its end');
    const value = parse(folder, text);
    end = End.safeParse(value).data;
    if (end !== undefined) continue;
    hash.update(`${text}\n`);
    if (n === 1) continue;
    const line = Line.safeParse(value).data;
    if (line === undefined) throw backupDamaged(folder, `line ${n} of its manifest cannot be read`);
    if ('path' in line) files += 1;
    yield line;
  }
  if (end === undefined) throw backupDamaged(folder, 'the end of its manifest is missing');
  if (end.files !== files || end.sha256 !== hash.digest('hex'))
    throw backupDamaged(folder, 'its manifest was altered');
}

async function* textsOf(folder: string): AsyncGenerator<string> {
  await using file = await open(join(folder, NAME), constants.O_RDONLY | constants.O_NOFOLLOW);
  for await (const text of file.readLines({ autoClose: false })) yield text;
}

function parse(folder: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw backupDamaged(folder, 'its manifest cannot be read');
  }
}
