// Compares entity tags (RFC 9110 §8.8, §13). Pure.

const ETAG = /\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)/y;
const MOST_ETAGS = 256;

/** A strong entity tag for content that this identifies, such as its digest. */
export function strongEtag(identity: string): string {
  return `"${identity}"`;
}

/** Whether an If-None-Match header names this entity tag, or any. The comparison is weak. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const opaque = opaqueOf(etag);
  return parseEtags(header).some((candidate) => candidate.opaque === opaque);
}

/**
 * Whether a Range header counts (RFC 9110 §13.1.5): without If-Range it does, with one only if it names exactly this
 * strong entity tag. A date never matches, because no Last-Modified is sent.
 */
export function allowsRange(ifRange: string | undefined, etag: string): boolean {
  if (ifRange === undefined) return true;
  const candidates = parseEtags(ifRange);
  const only = candidates.length === 1 ? candidates[0] : undefined;
  return only !== undefined && !only.weak && !etag.startsWith('W/') && only.opaque === opaqueOf(etag);
}

interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

/** The entity tags of a list, up to where it is malformed. */
function parseEtags(header: string): readonly EntityTag[] {
  const found: EntityTag[] = [];
  const pattern = new RegExp(ETAG); // a copy: the position it keeps must not be shared
  while (found.length < MOST_ETAGS) {
    const match = pattern.exec(header);
    if (match === null) break;
    found.push({ weak: match[1] !== undefined, opaque: match[2] ?? '' });
  }
  return found;
}

function opaqueOf(etag: string): string {
  return parseEtags(etag)[0]?.opaque ?? etag;
}
