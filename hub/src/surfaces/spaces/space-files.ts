// Which file of a static Space answers a URL, and as what. Pure.
import { isFault } from '@holdfast/kernel/fault';
import { parsePath, type RepoPath } from '#modules/git';

/** Where a URL leads: a file; where there is none, perhaps the page of the folder of that name. */
export interface Wanted {
  readonly file: RepoPath;
  readonly folder: RepoPath | undefined;
}

const PAGE = 'index.html';

/** What the path of a URL, still encoded, asks for; `undefined` where no file can answer it. */
export function wantedBy(urlPath: string, appFile: RepoPath): Wanted | undefined {
  if (urlPath === '/') return { file: appFile, folder: undefined };
  try {
    const path = decodeURIComponent(urlPath.slice(1));
    if (isHidden(path)) return undefined;
    if (path.endsWith('/')) return { file: parsePath(`${path}${PAGE}`), folder: undefined };
    return { file: parsePath(path), folder: parsePath(`${path}/${PAGE}`) };
  } catch (error) {
    if (error instanceof URIError || isFault(error)) return undefined;
    throw error;
  }
}

/** Files that configure a repository are no part of its app: `.gitattributes`, or a forgotten `.env`. */
function isHidden(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.') && name !== '.well-known');
}

const TEXTS = 'text/plain; charset=utf-8';
const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    html: 'text/html; charset=utf-8',
    htm: 'text/html; charset=utf-8',
    css: 'text/css; charset=utf-8',
    js: 'text/javascript; charset=utf-8',
    mjs: 'text/javascript; charset=utf-8',
    json: 'application/json',
    map: 'application/json',
    webmanifest: 'application/manifest+json',
    wasm: 'application/wasm',
    xml: 'text/xml; charset=utf-8',
    csv: 'text/csv; charset=utf-8',
    txt: TEXTS,
    md: TEXTS,
    svg: 'image/svg+xml',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    webp: 'image/webp',
    avif: 'image/avif',
    ico: 'image/x-icon',
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    ogg: 'audio/ogg',
    m4a: 'audio/mp4',
    mp4: 'video/mp4',
    webm: 'video/webm',
    woff: 'font/woff',
    woff2: 'font/woff2',
    ttf: 'font/ttf',
    otf: 'font/otf',
    pdf: 'application/pdf',
  }),
);

/** The media type of a file of a Space. Unlike a file that the hub itself shows, it may run: its origin is its own. */
export function mediaTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const [, extension = ''] = /\.([^.]*)$/.exec(name) ?? [];
  return TYPES.get(extension.toLowerCase()) ?? 'application/octet-stream';
}
