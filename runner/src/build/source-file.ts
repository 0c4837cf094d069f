// Reads a file of the repository for a build. It came from a push: links are not followed, and it is bounded.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { KiB } from '@holdfast/kernel/size';

/** The file's text, `null` when there is none, or why it cannot be read. */
export type SourceText =
  { readonly kind: 'text'; readonly text: string | null } | { readonly kind: 'wrong'; readonly why: string };

const LARGEST = 256 * KiB;

/** Reads it. The name is a constant of ours: nothing that a push decides is part of the path. */
export async function readSourceFile(folder: string, name: string): Promise<SourceText> {
  try {
    await using file = await open(
      join(folder, name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const found = await file.stat();
    if (!found.isFile()) return { kind: 'wrong', why: `${name} is not a file` };
    if (found.size > LARGEST)
      return { kind: 'wrong', why: `${name} is larger than ${String(LARGEST / KiB)} KiB` };
    return { kind: 'text', text: await file.readFile('utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { kind: 'text', text: null };
    if (code === 'ELOOP') return { kind: 'wrong', why: `${name} is a link; it has to be a file` };
    throw error;
  }
}
