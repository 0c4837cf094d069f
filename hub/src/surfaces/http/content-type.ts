// Chooses how a file from a repository is presented. Pure.
// Invariant: nothing that a browser would run, render as a page or hand to a plug-in leaves under a type that makes it
// do so: a file in a repository is anybody's, and must not act as this site. What is not known to be inert is opaque.
import type { Disposition } from './content-disposition.ts';

/** Media type and disposition of a file. */
export interface Presentation {
  readonly contentType: string;
  readonly disposition: Disposition;
}

const TEXT = 'text/plain; charset=utf-8';
const OPAQUE = 'application/octet-stream';

const INERT: Readonly<Record<string, string>> = {
  json: 'application/json',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  webm: 'video/webm',
};

const PLAIN_TEXT = new Set(
  (
    'txt md rst csv tsv jsonl ndjson yaml yml toml ini cfg conf log diff patch jinja template ' +
    'py ipynb sh bash c h cc cpp hpp cu rs go java kt rb lua r jl sql proto tex bib vocab merges'
  ).split(' '),
);

/** Text that a browser runs or renders when it is served under its own type. */
const RUNNABLE_TEXT = new Set(
  'html htm xhtml xht shtml mhtml mht svg xml xsl xslt rdf rss atom js mjs cjs jsx ts tsx css hta vtt appcache webmanifest'.split(
    ' ',
  ),
);

const PLAIN_NAMES = new Set([
  '.gitattributes',
  '.gitignore',
  'license',
  'readme',
  'notice',
  'dockerfile',
  'makefile',
]);

/** How the file of this path is served. */
export function contentTypeOf(path: string): Presentation {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1);
  if (RUNNABLE_TEXT.has(extension)) return { contentType: TEXT, disposition: 'attachment' };
  const inert = Object.hasOwn(INERT, extension) ? INERT[extension] : undefined;
  if (inert !== undefined) return { contentType: inert, disposition: 'inline' };
  if (PLAIN_TEXT.has(extension) || PLAIN_NAMES.has(name)) return { contentType: TEXT, disposition: 'inline' };
  return { contentType: OPAQUE, disposition: 'attachment' };
}
