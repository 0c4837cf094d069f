// The part of a URL behind a route's last fixed word, as it was sent. The router decodes it, and then an encoded slash
// in a branch's name cannot be told from one between folders.
import { type IncomingMessage } from 'node:http';
import { isFault } from '@holdfast/kernel/fault';
import { type RepoType } from '#modules/access';
import { findRevision, revisionEncoding } from '#modules/git';
import { revisionMissing } from '#modules/content';

/** Slashes before the rest of `/api/models/namespace/name/word/…`. */
const SLASHES = 6;

/** The same of `/namespace/name/word/…`, where datasets and Spaces have a prefix. */
const SLASHES_OF_PAGE: Readonly<Record<RepoType, number>> = { model: 4, dataset: 5, space: 5 };

/** What follows the word in the address of a repository's file or page, still encoded. */
export function restOfPage(request: IncomingMessage, type: RepoType): string {
  return partBehind(request.url ?? '', SLASHES_OF_PAGE[type]);
}

/** What follows the word, still encoded. */
export function encodedRest(request: IncomingMessage): string {
  return partBehind(request.url ?? '', SLASHES);
}

/** What follows so many slashes of a URL's path, still encoded. */
function partBehind(url: string, slashes: number): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  // By counting, because a namespace or a name may spell the word itself.
  let at = -1;
  for (let left = slashes; left > 0; left -= 1) at = path.indexOf('/', at + 1);
  return path.slice(at + 1);
}

/** What follows the word, decoded once: the name of a branch or a tag. Throws `revision.encoding`. */
export function decodedRest(request: IncomingMessage): string {
  try {
    return decodeURIComponent(encodedRest(request)).replace(/\/$/, '');
  } catch {
    throw revisionEncoding();
  }
}

/** What follows the word as a revision. Throws `revision.missing` for what cannot be one. */
export function revisionRest(request: IncomingMessage): string {
  try {
    const text = decodedRest(request);
    if (findRevision(text) === undefined) throw revisionMissing(text);
    return text;
  } catch (error) {
    if (isFault(error, 'revision.encoding')) throw revisionMissing(encodedRest(request));
    throw error;
  }
}
