// The changes of a commit as a tree of names, so that each folder is edited once however many changes are in it.
import { entryIsFile, entryTwice } from './faults.ts';
import type { Change } from './tree-edit.ts';
import type { FileMode } from './tree-object.ts';
import type { Sha1 } from '@holdfast/kernel/digest';

/** What is to become of one name. */
export interface Plan {
  readonly children: Map<string, Plan>;
  put: { readonly oid: Sha1; readonly mode: FileMode } | undefined;
  removal: 'file' | 'folder' | 'entry' | undefined;
  /** Whether something is put at or below this name. */
  puts: boolean;
}

/** The plan for these changes. Throws `entry.twice` when two of them contradict each other, `entry.is-file` when one needs a file to be a folder. */
export function plan(changes: readonly Change[]): Plan {
  const root = newPlan();
  for (const change of changes) {
    const found = planAt(root, change);
    if (change.kind === 'put') {
      // A folder may be replaced by a file; a file is simply written over.
      if (found.put !== undefined || (found.removal !== undefined && found.removal !== 'folder')) {
        throw entryTwice(change.path);
      }
      found.put = { oid: change.oid, mode: change.mode };
    } else {
      const replaced = found.put !== undefined && change.what !== 'folder';
      // What was put below a folder would vanish with it, or not, depending on how the order is read.
      const emptied = found.puts && found.put === undefined && change.what !== 'file';
      if (found.removal !== undefined || replaced || emptied) throw entryTwice(change.path);
      found.removal = change.what;
    }
  }
  return root;
}

function planAt(root: Plan, change: Change): Plan {
  let at = root;
  let end = -1;
  do {
    const start = end + 1;
    end = change.path.indexOf('/', start);
    const name = change.path.slice(start, end === -1 ? undefined : end);
    if (at.put !== undefined && change.kind === 'put') throw entryIsFile(change.path.slice(0, start - 1));
    at.puts ||= change.kind === 'put';
    let next = at.children.get(name);
    if (next === undefined) at.children.set(name, (next = newPlan()));
    at = next;
  } while (end !== -1);
  at.puts ||= change.kind === 'put';
  return at;
}

function newPlan(): Plan {
  return { children: new Map(), put: undefined, removal: undefined, puts: false };
}
