// What the body of a commit says, in both of its forms: a line of JSON for each operation, or one JSON object.
import { z } from 'zod';
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { type Draft } from '#modules/content';
import { gather, parseJson } from '../../route/body.ts';
import { bodyMalformed, inputInvalid } from '../../route/faults.ts';
import { parseInput } from '../../route/problem.ts';
import { LONG_TEXT, readLines, type LineLimits, type ParsedLine } from './lines.ts';
import { decodeContent, decodePieces, type LongText } from './long-text.ts';

const Header = z.object({
  summary: z.string().default(''),
  description: z.string().nullish(),
  parentCommit: z.string().nullish(),
});
const File = z.object({
  path: z.string(),
  content: z.string().optional(),
  encoding: z.enum(['base64', 'utf-8']).default('utf-8'),
  oldPath: z.string().nullish(),
});
const LfsFile = z.object({
  path: z.string(),
  algo: z.literal('sha256').default('sha256'),
  oid: z.string().transform((text, context): Sha256 => {
    const oid = parseSha256(text);
    if (oid !== undefined) return oid;
    context.addIssue({ code: 'custom', message: 'an LFS oid has 64 lower-case hex digits' });
    return z.NEVER;
  }),
  size: z.number().int().nonnegative().nullish(),
  oldPath: z.string().nullish(),
});
const Deletion = z.union([z.string().transform((path) => ({ path })), z.object({ path: z.string() })]);
const Line = z.object({ key: z.string(), value: z.unknown() });

/** The form of one object. */
const CommitObject = Header.extend({
  files: z.array(File).default([]),
  lfsFiles: z.array(LfsFile).default([]),
  deletedFiles: z.array(Deletion).default([]),
  deletedFolders: z.array(Deletion).default([]),
  deletedEntries: z.array(Deletion).default([]),
});

/** What a commit says beside its operations. */
export interface CommitHeader {
  readonly summary: string;
  readonly description: string;
  readonly parentCommit: string | undefined;
}

/** What a body may cost. Bytes. */
export interface CommitBodyLimits extends LineLimits {
  /** The form of one object, which is held whole. */
  readonly object: number;
}

/** What a body has in memory at most while it comes: a line as far as it is held, a piece of a long text. Bytes. */
export const COMMIT_MEMORY = 1.5 * MiB;

/** A body as it comes, and the media type that tells its form. */
export interface CommitBody {
  readonly type: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Reads the body into the draft. Throws `request.body-malformed`, `request.invalid` and what `Draft` throws. */
export async function readCommit(
  { type, chunks }: CommitBody,
  draft: Draft,
  limits: CommitBodyLimits,
): Promise<CommitHeader> {
  if (!type.startsWith('application/json'))
    return await addLines(draft, readLines(chunks, limits, draft.spool));
  const bytes = await gather(chunks, limits.object);
  return await addObject(draft, parse(CommitObject, parseJson(bytes), 1));
}

async function addLines(draft: Draft, lines: AsyncIterable<ParsedLine>): Promise<CommitHeader> {
  let header: CommitHeader | undefined;
  let number = 0;
  for await (const { json, long } of lines) {
    number += 1;
    const { key, value } = parse(Line, json, number);
    if (key === 'header') {
      if (header !== undefined) throw bodyMalformed(`line ${number} is a second header`);
      header = headerOf(parse(Header, value, number));
    } else await addOperation(draft, { key, value, long, number });
  }
  if (header === undefined) throw bodyMalformed('it has no header');
  return header;
}

async function addObject(draft: Draft, commit: z.output<typeof CommitObject>): Promise<CommitHeader> {
  for (const file of commit.files) await addFile(draft, file, undefined);
  for (const file of commit.lfsFiles) addLfsFile(draft, file);
  for (const { path } of commit.deletedFiles) draft.addDeletion(path, 'file');
  for (const { path } of commit.deletedFolders) draft.addDeletion(path, 'folder');
  for (const { path } of commit.deletedEntries) draft.addDeletion(path, 'entry');
  return headerOf(commit);
}

async function addOperation(
  draft: Draft,
  line: { key: string; value: unknown; long: LongText | undefined; number: number },
): Promise<void> {
  const { key, value, long, number } = line;
  switch (key) {
    case 'file':
      await addFile(draft, parse(File, value, number), long);
      return;
    case 'lfsFile':
      addLfsFile(draft, parse(LfsFile, value, number));
      return;
    case 'deletedFile':
      draft.addDeletion(parse(Deletion, value, number).path, 'file');
      return;
    case 'deletedFolder':
      draft.addDeletion(parse(Deletion, value, number).path, 'folder');
      return;
    case 'deletedEntry':
      draft.addDeletion(parse(Deletion, value, number).path, 'entry');
      return;
    default:
      throw bodyMalformed(`line ${number} has the unknown key ${JSON.stringify(key.slice(0, 50))}`);
  }
}

/** A file with its content, or, with `oldPath` alone, the file that is moved here. */
async function addFile(draft: Draft, file: z.output<typeof File>, long: LongText | undefined): Promise<void> {
  const { path, content, oldPath, encoding } = file;
  if (content === LONG_TEXT && long !== undefined)
    await draft.addFile(path, decodePieces(long.pieces(), encoding));
  else if (content !== undefined) await draft.addFile(path, [decodeContent(content, encoding)]);
  else if (typeof oldPath === 'string') draft.addCopy(path, oldPath);
  else throw bodyMalformed('a file has no content');
  leave(draft, path, oldPath);
}

function addLfsFile(draft: Draft, file: z.output<typeof LfsFile>): void {
  draft.addLfsFile(file.path, file.oid, file.size ?? undefined);
  leave(draft, file.path, file.oldPath);
}

function leave(draft: Draft, path: string, oldPath: string | null | undefined): void {
  if (typeof oldPath === 'string' && oldPath !== path) draft.addDeletion(oldPath, 'file');
}

function headerOf(header: z.output<typeof Header>): CommitHeader {
  return {
    summary: header.summary,
    description: header.description ?? '',
    parentCommit: header.parentCommit ?? undefined,
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, line: number): z.output<Schema> {
  const parsed = parseInput(schema, value, 'body');
  if ('problem' in parsed) throw inputInvalid(`in line ${line}, ${parsed.problem}.`);
  return parsed.value;
}
