// Why the files of a Space, or what it wants preloaded, cannot be there, in words for people; the pages know them in other languages. Pure.
import { formatSize } from '@holdfast/kernel/size';
import { quoted } from '#modules/git';
import { type Preload } from './preload.ts';

/** About the files of the Space. Sizes are in bytes. */
export const FILES = {
  many: (most: number) => `The Space has more than ${most} files.`,
  large: (most: number) => `The files of the Space have more than ${formatSize(most)}.`,
  longLink: (path: string) => `The link ${quoted(path)} is longer than a path can be.`,
  missing: (path: string) => `The content of ${quoted(path)} was never uploaded.`,
  unwritable: (why: string) => `The files of the Space cannot be written: ${why}.`,
  longPath: 'A path in the Space is longer than a file system takes.',
} as const;

/** About what its README wants beside them. Sizes are in bytes. */
export const PRELOADS = {
  many: (most: number) => `"preload_from_hub" leads to more than ${most} files.`,
  large: (most: number) => `"preload_from_hub" leads to more than ${formatSize(most)}.`,
  missing: (path: string) => `"preload_from_hub": the content of ${quoted(path)} was never uploaded.`,
  noFile: (preload: Preload, path: string) =>
    `"preload_from_hub": ${shown(preload)} has no file ${quoted(path)} at ${quoted(preload.revision)}.`,
  noRepo: (preload: Preload) =>
    `"preload_from_hub": there is no ${shown(preload)} with a revision ${quoted(preload.revision)} that everybody may read, or whoever pushed this.`,
} as const;

function shown({ type, namespace, name }: Preload): string {
  return `${type} ${namespace}/${name}`;
}
