// Files, folders and commits in the clients' shape.
import { z } from 'zod';
import { type Id } from '@holdfast/kernel/id';
import { type Blobs } from '#modules/blobs';
import { type TreeItem } from '#modules/content';
import { splitMessage, type CommitSummary } from '#modules/git';

/** A line of a listing. */
export const Item = z.object({
  type: z.enum(['file', 'directory']),
  oid: z.string(),
  size: z.number(),
  path: z.string(),
  lfs: z.object({ oid: z.string(), size: z.number(), pointerSize: z.number() }).optional(),
  xetHash: z.string().optional(),
  lastCommit: z.object({ id: z.string(), title: z.string(), date: z.string() }).optional(),
});

/** The lines for files and folders of a repository. */
export async function presentItems(
  items: readonly TreeItem[],
  of: { readonly repoId: Id; readonly blobs: Pick<Blobs, 'findMany'> },
): Promise<z.input<typeof Item>[]> {
  const digests = items.flatMap((item) => (item.kind === 'file' && item.lfs ? [item.lfs.sha256] : []));
  const held = await of.blobs.findMany(of.repoId, digests);
  return items.map((item) => {
    const line = presentItem(item);
    const xet = item.kind === 'file' && item.lfs ? held.get(item.lfs.sha256)?.xet : undefined;
    // With it a client asks for no headers of the file before it downloads.
    return xet === undefined ? line : { ...line, xetHash: xet.hash };
  });
}

function presentItem(item: TreeItem): z.input<typeof Item> {
  const { oid, path, lastCommit } = item;
  const last = lastCommit === undefined ? {} : { lastCommit: presentLastCommit(lastCommit) };
  if (item.kind === 'folder') return { type: 'directory', oid, size: 0, path, ...last };
  const { size, lfs } = item;
  const pointer = lfs && { lfs: { oid: lfs.sha256, size: lfs.size, pointerSize: lfs.pointerSize } };
  return { type: 'file', oid, size, ...pointer, path, ...last };
}

function presentLastCommit(commit: CommitSummary): { id: string; title: string; date: string } {
  return { id: commit.oid, title: splitMessage(commit.message).title, date: commit.at.toISOString() };
}

/** A commit in a list. */
export const ListedCommit = z.object({
  id: z.string(),
  title: z.string(),
  message: z.string(),
  date: z.string(),
  authors: z.array(z.object({ user: z.string() })),
  formatted: z.object({ title: z.string(), message: z.string() }).optional(),
});

/** The commit for a list; `formatted` repeats its texts as HTML, in which nothing is markup. */
export function presentCommit(commit: CommitSummary, formatted: boolean): z.input<typeof ListedCommit> {
  const { title, body } = splitMessage(commit.message);
  return {
    id: commit.oid,
    title,
    message: body,
    date: commit.at.toISOString(),
    authors: [{ user: commit.author.name }],
    ...(formatted && { formatted: { title: escapeHtml(title), message: escapeHtml(body) } }),
  };
}

// What a commit says must not become part of the page that shows it.
function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": '#39',
  };
  return text.replace(/[&<>"']/g, (char) => `&${entities[char] ?? ''};`);
}
