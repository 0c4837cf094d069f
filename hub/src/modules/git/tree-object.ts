// Git trees: one folder each, entries in git's order. What is read back is exactly what git itself would accept:
// known modes, no name twice, the right order, so that two trees with the same content have the same name.
import { Buffer, isUtf8 } from 'node:buffer';
import type { Sha1 } from '@holdfast/kernel/digest';
import { objectMalformed } from './faults.ts';
import { encodeObject, type EncodedObject } from './object.ts';

/** A file, an executable, a symbolic link, a folder, a submodule. */
export type Mode = '100644' | '100755' | '120000' | '40000' | '160000';
/** The modes of what is stored as a blob. */
export type FileMode = '100644' | '100755' | '120000';

/** One line of a folder. */
export interface TreeEntry {
  readonly mode: Mode;
  readonly name: string;
  readonly oid: Sha1;
}

/** The largest tree body read, in bytes: more than a million short names. */
export const MAX_TREE_BYTES = 64 * 1024 * 1024;

const MODES: ReadonlySet<string> = new Set(['100644', '100755', '120000', '40000', '160000']);
const LONGEST_MODE = 6;
const SLASH = 0x2f;

/** Whether the entry is a folder. */
export function isFolder(entry: { readonly mode: Mode }): boolean {
  return entry.mode === '40000';
}

/** The tree of these entries, in any order. Throws a `TypeError` for what is not a name and for a name given twice. */
export function encodeTree(entries: readonly TreeEntry[]): EncodedObject {
  const sorted = entries.toSorted(compareEntries);
  const names = new Set<string>();
  let size = 0;
  for (const { mode, name } of sorted) {
    if (name === '' || /[\0/]/.test(name) || !name.isWellFormed())
      throw new TypeError('not a name for a tree entry');
    if (names.has(name)) throw new TypeError('a tree cannot have one name twice');
    names.add(name);
    size += mode.length + Buffer.byteLength(name) + 22;
  }
  const body = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { mode, name, oid } of sorted) {
    at += body.write(`${mode} ${name}\0`, at);
    at += body.write(oid, at, 'hex');
  }
  // A shortened object id would leave bytes of other requests at the end of the body.
  if (at !== size) throw new TypeError('not an object id');
  return encodeObject('tree', body);
}

/** The entries of a tree, in order. Throws `object.malformed` for anything git would not write itself. */
export function parseTree(body: Buffer): TreeEntry[] {
  if (body.length > MAX_TREE_BYTES) throw objectMalformed('tree', 'over the size limit');
  const entries: TreeEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  while (at < body.length) {
    const { entry, end } = parseEntry(body, at);
    const previous = entries.at(-1);
    // Two entries of one name can stand apart ("a", "a.b", "a/"): the order alone does not show them.
    if (names.has(entry.name)) throw objectMalformed('tree', 'a name twice');
    if (previous !== undefined && compareEntries(previous, entry) >= 0)
      throw objectMalformed('tree', 'not sorted');
    names.add(entry.name);
    entries.push(entry);
    at = end;
  }
  return entries;
}

function parseEntry(body: Buffer, start: number): { entry: TreeEntry; end: number } {
  const space = body.subarray(start, start + LONGEST_MODE + 1).indexOf(0x20);
  const mode = body.toString('latin1', start, start + Math.max(space, 0));
  if (!MODES.has(mode)) throw objectMalformed('tree', 'unknown mode');
  const nameStart = start + space + 1;
  const nameEnd = body.indexOf(0, nameStart);
  const end = nameEnd + 21;
  if (nameEnd === -1 || end > body.length) throw objectMalformed('tree', 'truncated');
  const name = body.toString('utf8', nameStart, nameEnd);
  if (name === '' || name.includes('/')) throw objectMalformed('tree', 'not a name');
  // U+FFFD is what invalid bytes become, and also a character that may truly stand in a name.
  if (name.includes('\ufffd') && !isUtf8(body.subarray(nameStart, nameEnd))) {
    throw objectMalformed('tree', 'a name that is not UTF-8');
  }
  const oid = body.toString('hex', nameEnd + 1, end) as Sha1;
  return { entry: { mode: mode as Mode, name, oid }, end };
}

/** Git's order of the entries of one folder: by bytes, a folder's name ending in `/`. */
export function compareEntries(
  a: Pick<TreeEntry, 'mode' | 'name'>,
  b: Pick<TreeEntry, 'mode' | 'name'>,
): number {
  const shared = Math.min(a.name.length, b.name.length);
  for (let at = 0; at < shared; at += 1) {
    const left = a.name.charCodeAt(at);
    const right = b.name.charCodeAt(at);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return rankAt(a, shared) - rankAt(b, shared);
}

function rankAt(entry: Pick<TreeEntry, 'mode' | 'name'>, at: number): number {
  if (at < entry.name.length) return byteRank(entry.name.charCodeAt(at));
  return isFolder(entry) ? SLASH : 0;
}

/** Moves surrogates above the rest of the basic plane, where UTF-8 has them and UTF-16 does not. */
function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
