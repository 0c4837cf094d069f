// Paths inside a repository. A `RepoPath` is one that git accepts and that stays inside the working copy on
// Linux, macOS and Windows, so that a commit made here cannot write elsewhere on the machine of who clones it.
import { Buffer } from 'node:buffer';
import type { Fault } from '@holdfast/kernel/fault';
import {
  pathAbsolute,
  pathBackslash,
  pathControl,
  pathDrive,
  pathEmpty,
  pathEncoding,
  pathGit,
  pathSegment,
  pathSlash,
  pathTooLong,
} from './faults.ts';

declare const brand: unique symbol;
/** A checked path of a file or folder: relative, `/` between names, never empty. */
export type RepoPath = string & { readonly [brand]: 'RepoPath' };

/** Bytes of UTF-8 a whole path may have (PATH_MAX of Linux). */
const MAX_PATH_BYTES = 4096;
/** Bytes of UTF-8 one name may have (NAME_MAX of Linux, macOS and Windows). */
const MAX_NAME_BYTES = 255;

// C0, DEL and C1: what a terminal obeys, and NUL, which ends a name inside a git tree.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const DRIVE = /^[A-Za-z]:/;
// What HFS+ leaves out when it compares names (git's `next_hfs_char`), so that `.g<U+200C>it` opens `.git`.
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
// What NTFS opens as `.git`: its short name, and either one with dots, spaces or a stream name after it.
const NTFS_GIT = /^(?:\.git|git~1)[. ]*(?::|$)/i;

/**
 * The text as a path. Throws a fault of kind `invalid` whose code says what is wrong: `path.empty`, `path.absolute`,
 * `path.drive`, `path.segment`, `path.slash`, `path.control`, `path.backslash`, `path.encoding`, `path.git`, `path.too-long`.
 */
export function parsePath(text: string): RepoPath {
  const fault = findPathFault(text);
  if (fault !== undefined) throw fault;
  return text as RepoPath;
}

/** Why a text is not a path; `undefined` when it is one. */
export function findPathFault(text: string): Fault | undefined {
  if (text === '') return pathEmpty();
  // Counted first: nothing below looks at more than this many units of a hostile text.
  if (text.length > MAX_PATH_BYTES || Buffer.byteLength(text) > MAX_PATH_BYTES) return pathTooLong(text);
  if (!text.isWellFormed()) return pathEncoding(text);
  if (CONTROL.test(text)) return pathControl(text);
  if (text.includes('\\')) return pathBackslash(text);
  if (text.startsWith('/')) return pathAbsolute(text);
  if (DRIVE.test(text)) return pathDrive(text);
  for (const name of text.split('/')) {
    const makeFault = flawOfName(name);
    if (makeFault !== undefined) return makeFault(text);
  }
  return undefined;
}

function flawOfName(name: string): ((path: string) => Fault) | undefined {
  if (name === '') return pathSlash;
  if (name === '.' || name === '..') return pathSegment;
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return pathTooLong;
  return isGitName(name) ? pathGit : undefined;
}

/** Whether some client's file system opens this name as `.git`. Writing there runs code through hooks and filters. */
export function isGitName(name: string): boolean {
  if (NTFS_GIT.test(name)) return true;
  return name.replace(HFS_IGNORED, '').toLowerCase() === '.git';
}

/** A path that differs from another only by case or Unicode normalisation. */
export interface Twin {
  readonly path: string;
  readonly twin: string;
}

/**
 * The files and folders among `paths` that have a twin: on macOS and Windows only one of the two can exist.
 * `existing` are the paths already there; twins among those alone are not reported.
 */
export function twins(paths: Iterable<string>, existing: Iterable<string>): Twin[] {
  const spellings = new Map<string, Set<string>>();
  for (const path of existing)
    for (const prefix of prefixesOf(path)) spellingsOf(spellings, prefix).add(prefix);
  const found = new Map<string, Twin>();
  for (const path of paths) {
    for (const prefix of prefixesOf(path)) {
      const known = spellingsOf(spellings, prefix);
      const [twin] = known;
      if (twin !== undefined && !known.has(prefix)) {
        // What lies below a twin folder would be reported again for each file, and says nothing new.
        found.set(prefix, { path: prefix, twin });
        break;
      }
      known.add(prefix);
    }
  }
  return [...found.values()];
}

function* prefixesOf(path: string): Generator<string> {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) yield path.slice(0, at);
  yield path;
}

function spellingsOf(spellings: Map<string, Set<string>>, prefix: string): Set<string> {
  const folded = prefix.normalize('NFC').toLowerCase().normalize('NFC');
  let known = spellings.get(folded);
  if (known === undefined) spellings.set(folded, (known = new Set()));
  return known;
}
