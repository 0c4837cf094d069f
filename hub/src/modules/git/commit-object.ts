// Git commits and annotated tags. What is written passes `git fsck --strict`; what is read may come from a push.
import { Buffer } from 'node:buffer';
import { parseSha1, type Sha1 } from '@holdfast/kernel/digest';
import { objectMalformed } from './faults.ts';
import { encodeObject, type EncodedObject, type ObjectKind } from './object.ts';
import { encodeSignature, parseSignature, type Signature } from './signature.ts';

/** A version of the repository. */
export interface Commit {
  readonly tree: Sha1;
  readonly parents: readonly Sha1[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** An annotated tag. */
export interface Tag {
  readonly object: Sha1;
  readonly kind: ObjectKind;
  readonly name: string;
  readonly tagger: Signature | undefined;
  readonly message: string;
}

/** The largest commit or tag read, in bytes. */
export const MAX_COMMIT_BYTES = 1024 * 1024;
const MAX_PARENTS = 256;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const NOT_IN_MESSAGE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The commit as an object. Names, addresses and message are cleaned; whatever they hold, no header is added. */
export function encodeCommit(commit: Commit): EncodedObject {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${encodeSignature(commit.author)}`,
    `committer ${encodeSignature(commit.committer)}`,
    '',
    cleanMessage(commit.message),
  ];
  return encodeObject('commit', Buffer.from(lines.join('\n')));
}

/** The commit in an object's body; headers beyond git's first four (signatures, encodings) are skipped. Throws `object.malformed`. */
export function parseCommit(body: Buffer): Commit {
  const { headers, message } = splitBody(body, 'commit');
  const tree = parseSha1(valueOf(headers.shift(), 'tree', 'commit'));
  const parents: Sha1[] = [];
  while (headers[0]?.startsWith('parent ') === true) {
    const parent = parseSha1(valueOf(headers.shift(), 'parent', 'commit'));
    if (parent === undefined || parents.length === MAX_PARENTS) throw objectMalformed('commit', 'parent');
    parents.push(parent);
  }
  if (tree === undefined) throw objectMalformed('commit', 'tree');
  const author = parseSignature(valueOf(headers.shift(), 'author', 'commit'), 'commit');
  const committer = parseSignature(valueOf(headers.shift(), 'committer', 'commit'), 'commit');
  return { tree, parents, author, committer, message };
}

/** The annotated tag as an object. The name must be that of a checked ref. */
export function encodeTag(tag: Tag & { readonly tagger: Signature }): EncodedObject {
  const lines = [
    `object ${tag.object}`,
    `type ${tag.kind}`,
    `tag ${tag.name}`,
    `tagger ${encodeSignature(tag.tagger)}`,
    '',
    cleanMessage(tag.message),
  ];
  return encodeObject('tag', Buffer.from(lines.join('\n')));
}

/** The annotated tag in an object's body. Throws `object.malformed`. */
export function parseTag(body: Buffer): Tag {
  const { headers, message } = splitBody(body, 'tag');
  const object = parseSha1(valueOf(headers.shift(), 'object', 'tag'));
  const kind = valueOf(headers.shift(), 'type', 'tag');
  const name = valueOf(headers.shift(), 'tag', 'tag');
  if (object === undefined || !isKind(kind)) throw objectMalformed('tag', 'object');
  // The oldest tags of git have no tagger.
  const tagger =
    headers[0]?.startsWith('tagger ') === true ? valueOf(headers[0], 'tagger', 'tag') : undefined;
  return {
    object,
    kind,
    name,
    tagger: tagger === undefined ? undefined : parseSignature(tagger, 'tag'),
    message,
  };
}

/** A message from the two fields that clients send. The first line never holds a line break. */
export function composeMessage(summary: string, description: string): string {
  const title = summary.replace(/\s+/g, ' ').trim();
  return description.trim() === '' ? title : `${title}\n\n${description.trim()}`;
}

/** The two fields of a message: its first line, and what follows the blank line. */
export function splitMessage(message: string): { title: string; body: string } {
  const end = message.indexOf('\n');
  if (end === -1) return { title: message, body: '' };
  return { title: message.slice(0, end), body: message.slice(end + 1).trim() };
}

/** The message as git stores it: no controls but tab and newline, one newline at its end. */
function cleanMessage(message: string): string {
  const text = message.toWellFormed().replaceAll('\r\n', '\n').replace(NOT_IN_MESSAGE, ' ').trimEnd();
  return text === '' ? '' : `${text}\n`;
}

function splitBody(body: Buffer, kind: string): { headers: string[]; message: string } {
  if (body.length > MAX_COMMIT_BYTES) throw objectMalformed(kind, 'over the size limit');
  const end = body.indexOf('\n\n');
  // Old objects are in other encodings; what is not UTF-8 in them is shown as U+FFFD, the stored bytes stay.
  const head = body.toString('utf8', 0, end === -1 ? body.length : end);
  const message = end === -1 ? '' : body.toString('utf8', end + 2);
  return { headers: head.split('\n'), message };
}

function valueOf(line: string | undefined, name: string, kind: string): string {
  if (line?.startsWith(`${name} `) !== true) throw objectMalformed(kind, name);
  return line.slice(name.length + 1);
}

function isKind(text: string): text is ObjectKind {
  return text === 'blob' || text === 'tree' || text === 'commit' || text === 'tag';
}
