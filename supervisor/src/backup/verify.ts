// Reads a backup again and holds every byte against what its manifest says.
import { join } from 'node:path';
import { digestFile } from './copy.ts';
import { type BackupHead, type Manifest } from './manifest.ts';

/** What is wrong with one file. */
export interface Flaw {
  readonly path: string;
  readonly what: 'missing' | 'altered';
}

/** What was found. */
export interface Verified {
  readonly head: BackupHead;
  readonly files: number;
  readonly bytes: number;
  readonly flaws: readonly Flaw[];
}

/** Reads all of it. */
export async function verifyBackup(manifest: Manifest): Promise<Verified> {
  const flaws: Flaw[] = [];
  for await (const line of manifest.lines()) {
    if (!('path' in line)) continue;
    const found = await digestFile(join(manifest.folder, line.path));
    if (found === undefined) flaws.push({ path: line.path, what: 'missing' });
    else if (found.sha256 !== line.sha256) flaws.push({ path: line.path, what: 'altered' });
  }
  const { head, files, bytes } = manifest;
  return { head, files, bytes, flaws };
}
