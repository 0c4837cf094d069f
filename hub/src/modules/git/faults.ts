// The refusals of git content: what cannot be a path, a ref, a revision, an object or a change.
// Messages name what the caller sent, escaped and shortened, so that they cannot forge log or terminal lines.
import { defineFault } from '@holdfast/kernel/fault';

/** Text of a caller as one printable, quoted line of at most about 200 characters. */
export function quoted(text: string): string {
  const shown = text.length > 200 ? `${text.slice(0, 200).toWellFormed()}…` : text.toWellFormed();
  // Escapes what JSON leaves alone and a terminal obeys: C1 controls, line separators, bidirectional overrides.
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export const pathEmpty = defineFault('invalid', 'path.empty', () => 'A file path must not be empty.');
export const pathAbsolute = defineFault(
  'invalid',
  'path.absolute',
  (path: string) => `The path ${quoted(path)} must be relative: remove the leading "/".`,
);
export const pathDrive = defineFault(
  'invalid',
  'path.drive',
  (path: string) =>
    `The path ${quoted(path)} starts with a drive letter and would leave the folder on Windows.`,
);
export const pathSegment = defineFault(
  'invalid',
  'path.segment',
  (path: string) => `The path ${quoted(path)} must not contain "." or ".." as a name.`,
);
export const pathSlash = defineFault(
  'invalid',
  'path.slash',
  (path: string) => `The path ${quoted(path)} must not contain "//" or end with "/".`,
);
export const pathControl = defineFault(
  'invalid',
  'path.control',
  (path: string) => `The path ${quoted(path)} must not contain control characters.`,
);
export const pathBackslash = defineFault(
  'invalid',
  'path.backslash',
  (path: string) =>
    `The path ${quoted(path)} must use "/" between names: "\\" means something else on Windows.`,
);
export const pathEncoding = defineFault(
  'invalid',
  'path.encoding',
  (path: string) => `The path ${quoted(path)} is not valid Unicode.`,
);
export const pathGit = defineFault(
  'invalid',
  'path.git',
  (path: string) =>
    `The path ${quoted(path)} contains a name that git reserves for itself (".git" or a spelling of it).`,
);
export const pathTooLong = defineFault(
  'invalid',
  'path.too-long',
  (path: string) => `The path ${quoted(path)} is too long: at most 4096 bytes, and 255 in each name.`,
);

export const refInvalid = defineFault(
  'invalid',
  'ref.invalid',
  (name: string, reason: string) => `${quoted(name)} is not a valid branch or tag name: ${reason}.`,
);
export const revisionInvalid = defineFault(
  'missing',
  'revision.invalid',
  (text: string) => `Invalid rev id: ${quoted(text)}`,
);
export const revisionEncoding = defineFault(
  'invalid',
  'revision.encoding',
  () => 'The address contains percent-encoding that cannot be decoded.',
);

export const entryMissing = defineFault(
  'missing',
  'entry.missing',
  (path: string, what: 'file' | 'folder' = 'file') =>
    `A ${what} with the name ${quoted(path)} does not exist: no ${what} has this name.`,
);
export const entryUnnamed = defineFault(
  'missing',
  'entry.unnamed',
  () => 'The address names no file: a path is missing at its end.',
);
export const entryIsFile = defineFault(
  'invalid',
  'entry.is-file',
  (path: string) => `${quoted(path)} is a file, so it cannot be used as a folder.`,
);
export const entryIsFolder = defineFault(
  'invalid',
  'entry.is-folder',
  (path: string) => `${quoted(path)} is a folder, so it cannot be used as a file.`,
);
export const entryTwice = defineFault(
  'invalid',
  'entry.twice',
  (path: string) => `${quoted(path)} is changed more than once in one commit.`,
);
export const tooManyChanges = defineFault(
  'too-large',
  'entry.too-many',
  (limit: number) => `The commit changes more than ${limit} files.`,
);

export const objectMalformed = defineFault('invalid', 'object.malformed', (kind: string, reason: string) => [
  `The git ${kind} is malformed.`,
  { hint: reason },
]);

export const patternTooCostly = defineFault(
  'invalid',
  'pattern.too-costly',
  (file: string) => `The patterns in ${file} take too long to match. Use fewer or simpler ones.`,
);
export const attributesFull = defineFault(
  'invalid',
  'attributes.full',
  (path: string) =>
    `.gitattributes cannot take a line for ${quoted(path)}. Track it with a pattern such as "*.bin filter=lfs diff=lfs merge=lfs -text".`,
);

export const treeCursorInvalid = defineFault(
  'invalid',
  'tree.cursor-invalid',
  () => 'This cursor is not one that this list gave out.',
);
export const refExists = defineFault(
  'conflict',
  'ref.exists',
  (name: string) => `Reference already exists: ${quoted(name)}`,
);
export const historyTooLarge = defineFault(
  'too-large',
  'history.too-large',
  (what: string) =>
    `The history of this repository is too large to be rewritten: it has more than ${what}. Ask for the deletion without rewriting history; the pointers of the files then stay in old commits, and their contents are gone all the same.`,
);
