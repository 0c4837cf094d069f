// Whether files of a folder can be written and read past the system's cache. What goes by it is moved by the disk itself,
// from and into memory that begins at a page; some file systems refuse that, and not all of them when a file is opened.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { allocateAligned, PAGE } from '../aligned.ts';
import { below } from './paths.ts';

/** The flag of `open`; none where the system has none. */
export const O_DIRECT: number = (constants as Partial<typeof constants>).O_DIRECT ?? 0;

/** Tries it with a page. Where that fails, for whatever reason, files are written as usual. */
export async function mayBeDirect(folder: string): Promise<boolean> {
  if (O_DIRECT === 0) return false;
  const path = below(folder, randomBytes(16).toString('hex'));
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    await using file = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_DIRECT, 0o600);
    const page = allocateAligned(PAGE);
    const { bytesWritten } = await file.write(page, 0, PAGE, 0);
    const { bytesRead } = await file.read(page, 0, PAGE, 0);
    return bytesWritten === PAGE && bytesRead === PAGE;
  } catch {
    return false;
  } finally {
    await rm(path, { force: true });
  }
}
