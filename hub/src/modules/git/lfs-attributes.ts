// The `.gitattributes` a new repository starts with, and the lines added to it for single files.
import { Buffer } from 'node:buffer';
import {
  isLfs,
  MAX_ATTRIBUTES_BYTES,
  MAX_ATTRIBUTES_LINES,
  MAX_LINE_BYTES,
  parseAttributes,
} from './attributes.ts';
import { attributesFull } from './faults.ts';

/** What kind of repository it is. */
export type RepoType = 'model' | 'dataset' | 'space';

const LFS = 'filter=lfs diff=lfs merge=lfs -text';
const COMMON = [
  '*.7z *.arrow *.bin *.bz2 *.ckpt *.ftz *.gz *.h5 *.joblib *.lfs.* *.mlmodel *.model *.msgpack *.npy *.npz *.onnx',
  '*.ot *.parquet *.pb *.pickle *.pkl *.pt *.pth *.rar *.safetensors saved_model/**/* *.tar.* *.tar *.tflite *.tgz',
  '*.wasm *.xz *.zip *.zst *tfevents*',
].flatMap((line) => line.split(' '));
const AUDIO = '*.pcm *.sam *.raw *.aac *.flac *.mp3 *.ogg *.wav'.split(' ');
const IMAGES = '*.bmp *.gif *.png *.tiff *.jpg *.jpeg *.webp'.split(' ');
const VIDEO = '*.mp4 *.webm'.split(' ');

/** The `.gitattributes` of a new repository. */
export function defaultAttributes(repoType: RepoType): string {
  if (repoType !== 'dataset') return linesFor(COMMON);
  return [
    linesFor([...COMMON, '*.lz4', '*.mds']),
    `# Audio\n${linesFor(AUDIO)}`,
    `# Images\n${linesFor(IMAGES)}`,
    `# Video\n${linesFor(VIDEO)}`,
  ].join('');
}

/** The text with a line for one file that LFS keeps; the same text when its rules say so already. Throws `attributes.full`. */
export function addLfsPattern(text: string, path: string): string {
  return addLfsPatterns(text, [path]);
}

/** The same for many files, reading the rules once. Throws `attributes.full`, `pattern.too-costly`. */
export function addLfsPatterns(text: string, paths: readonly string[]): string {
  const attributes = parseAttributes(text);
  const missing = new Set(paths.filter((path) => !isLfs(path, attributes)));
  if (missing.size === 0) return text;
  let lines = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  let count = lines.split('\n').length - 1;
  let bytes = Buffer.byteLength(lines);
  for (const path of missing) {
    const line = linesFor([exactPattern(path)]);
    const length = Buffer.byteLength(line);
    count += 1;
    bytes += length;
    // A line beyond what is read would be added again by every commit and never be obeyed.
    if (length > MAX_LINE_BYTES || count > MAX_ATTRIBUTES_LINES || bytes > MAX_ATTRIBUTES_BYTES)
      throw attributesFull(path);
    lines += line;
  }
  return lines;
}

/**
 * The pattern for exactly this path. The leading slash keeps it from matching in other folders, and makes `#`, `!` and
 * `"` at the start of a name ordinary; spaces end a pattern, so they are written as git-lfs writes them.
 */
export function exactPattern(path: string): string {
  return `/${path.replace(/[\\*?[]/g, '\\$&').replaceAll(' ', '[[:space:]]')}`;
}

function linesFor(patterns: readonly string[]): string {
  return patterns.map((pattern) => `${pattern} ${LFS}\n`).join('');
}
