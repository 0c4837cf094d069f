// Writes the Content-Disposition header (RFC 6266, RFC 8187). Pure.

/** Whether a browser shows a file or saves it. */
export type Disposition = 'inline' | 'attachment';

// Control characters end headers and confuse terminals; direction marks make `exe.txt` of what ends in `.exe`.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const MISLEADING = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const UNQUOTED = /[^\x20-\x7e]|["\\%;/]/g;

/**
 * The header for a file of this path: the last part of it in plain ASCII for old readers, and exactly as it is, in
 * UTF-8, for the others. `filename` comes first and is followed by a semicolon, as some clients search for it.
 */
export function contentDisposition(path: string, disposition: Disposition): string {
  const base = path.slice(path.lastIndexOf('/') + 1).toWellFormed();
  const name = base.replace(MISLEADING, '_') || 'file';
  const plain = name.replace(UNQUOTED, '_');
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${encodeExtended(name)}`;
}

/** Percent-encodes what RFC 8187 does not allow as it is. */
function encodeExtended(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
