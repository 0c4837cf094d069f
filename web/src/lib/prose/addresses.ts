// Where the links and pictures of a text lead. They are read as a browser reads them, so that no spelling makes a link into
// something that runs, or a relative one into a foreign one. Pure.

/** Where a text stands, for what it names relative to itself. */
export interface ProsePlace {
  /** The repository's own path, such as `/datasets/alice/data`. */
  readonly repo: string;
  /** The revision, encoded as one part of a path. */
  readonly revision: string;
  /** The folder of the text, encoded, with a slash at its end; empty at the top. */
  readonly folder: string;
}

/** What an address turned out to be. */
export type Address =
  | { readonly kind: 'here'; readonly fragment: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'hub'; readonly path: string }
  | { readonly kind: 'outside'; readonly url: string; readonly host: string };

const HERE = 'http://here.invalid';
const OUTSIDE: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const LONGEST = 2_000;

/** What an address in a text at this place is; `undefined` for what no link may lead to. */
export function readAddress(text: string, place: ProsePlace): Address | undefined {
  if (text.length > LONGEST) return undefined;
  if (text.startsWith('#')) return { kind: 'here', fragment: text.slice(1) };
  const url = URL.parse(text, `${HERE}/files/${place.folder}`);
  if (url === null) return undefined;
  if (url.origin === HERE) return withinHub(url);
  if (!OUTSIDE.has(url.protocol)) return undefined;
  return { kind: 'outside', url: url.href, host: url.protocol === 'mailto:' ? url.pathname : url.host };
}

function withinHub({ pathname, hash }: URL): Address | undefined {
  if (pathname.startsWith('/files/')) {
    const path = pathname.slice('/files/'.length);
    return path === '' ? { kind: 'hub', path: hash } : { kind: 'file', path: path + hash };
  }
  // `/.//host` is read as a path that begins with two slashes, and would be another host where it is used.
  return pathname.startsWith('//') ? undefined : { kind: 'hub', path: pathname + hash };
}

/** The page of a file that a text names. */
export function pageOf(path: string, { repo, revision }: ProsePlace): string {
  return path.endsWith('/')
    ? `${repo}/tree/${revision}/${path.slice(0, -1)}`
    : `${repo}/blob/${revision}/${path}`;
}

/** The bytes of a file that a text names. */
export function bytesOf(path: string, { repo, revision }: ProsePlace): string {
  return `${repo}/download/${revision}/${path.split('#', 1)[0] ?? ''}`;
}
