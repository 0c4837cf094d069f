// The page of a project at an index: which files there are, under which digests. Read as JSON (PEP 691) or HTML (PEP 503),
// given on with addresses of our own, so that a build fetches each file by its digest and from nowhere else. Pure.

/** A file as an index names it. */
export interface IndexFile {
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
  readonly requiresPython: string | undefined;
  /** Withdrawn, with the reason where there is one. */
  readonly yanked: string | boolean;
  /** Digest of its metadata, where the index has them apart. */
  readonly metadata: string | undefined;
  readonly size: number | undefined;
  readonly uploadTime: string | undefined;
}

/** The media types that are asked for, the best first. */
export const PAGE_TYPES =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';
/** The media type that is answered. */
export const JSON_PAGE = 'application/vnd.pypi.simple.v1+json';

const SHA256 = /^[0-9a-f]{64}$/;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}$/;

/** The files of a page. Those without a SHA-256 are left out: nothing could tell whether they are what they were. */
export function parseIndexPage(text: string, mediaType: string, address: string): IndexFile[] {
  const files = mediaType.includes('json') ? readJson(text, address) : readHtml(text, address);
  return files.filter((file) => SHA256.test(file.sha256) && FILE_NAME.test(file.name));
}

/** The page as a build gets it. */
export function presentIndexPage(project: string, files: readonly IndexFile[], prefix: string): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1' },
    name: project,
    versions: [],
    files: files.map((file) => ({
      filename: file.name,
      url: `${prefix}${file.sha256}/${encodeURIComponent(file.name)}`,
      hashes: { sha256: file.sha256 },
      'requires-python': file.requiresPython,
      yanked: file.yanked,
      'core-metadata': file.metadata === undefined ? false : { sha256: file.metadata },
      size: file.size ?? 0,
      'upload-time': file.uploadTime,
    })),
  });
}

function readJson(text: string, address: string): IndexFile[] {
  const page = asRecord(JSON.parse(text));
  const files = Array.isArray(page['files']) ? page['files'] : [];
  return files.map(asRecord).flatMap((file) => {
    const url = resolve(asText(file['url']) ?? '', address);
    if (url === undefined) return [];
    const yanked = file['yanked'];
    const metadata = asRecord(file['core-metadata'] ?? file['dist-info-metadata']);
    return [
      {
        name: asText(file['filename']) ?? '',
        url,
        sha256: asText(asRecord(file['hashes'])['sha256']) ?? '',
        requiresPython: asText(file['requires-python']),
        yanked: typeof yanked === 'string' || typeof yanked === 'boolean' ? yanked : false,
        metadata: digestOrNothing(asText(metadata['sha256'])),
        size: typeof file['size'] === 'number' ? file['size'] : undefined,
        uploadTime: asText(file['upload-time']),
      },
    ];
  });
}

function readHtml(text: string, address: string): IndexFile[] {
  return [...text.matchAll(/<a\s([^<>]*)>([^<]*)<\/a>/gi)].flatMap(([, attributes = '', label = '']) => {
    const found = readAttributes(attributes);
    const url = resolve(found.get('href') ?? '', address);
    if (url === undefined) return [];
    const at = new URL(url);
    const sha256 = /^#sha256=([0-9a-f]{64})$/.exec(at.hash)?.[1] ?? '';
    at.hash = '';
    const metadata = found.get('data-core-metadata') ?? found.get('data-dist-info-metadata');
    return [
      {
        name: decodeEntities(label.trim()),
        url: at.href,
        sha256,
        requiresPython: found.get('data-requires-python'),
        yanked: found.has('data-yanked') ? (found.get('data-yanked') ?? '') || true : false,
        metadata: digestOrNothing(metadata?.replace(/^sha256=/, '')),
        size: undefined,
        uploadTime: undefined,
      },
    ];
  });
}

function readAttributes(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/(?<![a-z-])([a-z][a-z-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi);
  return new Map(
    [...pairs].map(([, name = '', double, single]) => [
      name.toLowerCase(),
      decodeEntities(double ?? single ?? ''),
    ]),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
  '&amp;': '&',
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:lt|gt|quot|amp|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}

function resolve(url: string, address: string): string | undefined {
  return URL.parse(url, address)?.href;
}

function digestOrNothing(text: string | undefined): string | undefined {
  return text !== undefined && SHA256.test(text) ? text : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
