// Reads a folder of a few small files into memory, once, so that serving them opens none.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Path below the folder, with forward slashes → bytes. */
export async function readFolder(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file).split(path.sep).join('/'), await readFile(file));
  }
  return files;
}
