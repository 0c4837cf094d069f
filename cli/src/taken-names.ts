// What an export of the ledger says was deleted, moved or named, in the order in which it was. Pure. An export holds no names: they are
// personal, and stand in it as commitments alone. Names come from `ledger list --lines`, by the digest of the entry that has them.
import { z } from 'zod';
import { type Entry } from './taken-back.ts';

/** An act that is to be done again, by the ids of accounts and repositories. */
export type NameAct =
  | {
      readonly act: 'account-created';
      readonly id: string;
      readonly kind: 'user' | 'org';
      readonly name: string;
    }
  | { readonly act: 'renamed'; readonly id: string; readonly kind: 'user' | 'org'; readonly name: string }
  | { readonly act: 'deleted'; readonly id: string; readonly kind: 'user' | 'org' }
  | { readonly act: 'repo-deleted'; readonly id: string }
  | {
      readonly act: 'repo-moved';
      readonly id: string;
      readonly namespace: string;
      readonly name: string | undefined;
    };

/** A line of `ledger list --lines`, as far as it says what something is called. */
export const NamedEntry = z.looseObject({ hash: z.string(), personal: z.record(z.string(), z.string()) });

const Said = z.object({
  type: z.string().optional(),
  namespace: z.string().optional(),
  from: z.string().optional(),
});

const KINDS: ReadonlySet<string> = new Set([
  ...['account.created', 'org.created', 'account.renamed', 'account.deleted'],
  ...['repo.deleted', 'repo.moved'],
]);

/** What is not to be done again: from a time on, or of these accounts and repositories. */
export interface LeftOut {
  readonly until: Date | undefined;
  readonly ids: ReadonlySet<string>;
}

/** Whether entries of this kind say that something was deleted, moved or named. */
export function isNaming(kind: string): boolean {
  return KINDS.has(kind);
}

/** What became of names and repositories. */
export class TakenNames {
  readonly acts: NameAct[] = [];
  /** Names that were given after the backup, of which only the entry is known. */
  readonly unnamed: Pick<Entry, 'at' | 'kind' | 'subject'>[] = [];
  /** What the operator does not want done again: what an intruder deleted is on the ledger like any other deletion. */
  readonly leftOut: Pick<Entry, 'at' | 'kind' | 'subject'>[] = [];
  readonly #since: Date | undefined;
  readonly #names: ReadonlyMap<string, string>;
  readonly #without: LeftOut;

  /**
   * Deleting twice does no harm, and is taken from all of an export; what gave a name counts from `since` on alone, because the names
   * before it are in the backup. `names`: by the digest of an entry, what it calls its subject.
   */
  constructor({
    since,
    names,
    without = { until: undefined, ids: new Set() },
  }: {
    since: Date | undefined;
    names: ReadonlyMap<string, string>;
    without?: LeftOut;
  }) {
    this.#since = since;
    this.#names = names;
    this.#without = without;
  }

  /** Takes one entry in, in the order of the export. */
  add(entry: Entry): void {
    if (!KINDS.has(entry.kind)) return;
    const said = saidBy(entry.body);
    // Whoever took the hub over may record what no hub records; the rest shall count all the same.
    if (said === undefined) return;
    const id = entry.subject.slice(entry.subject.indexOf(':') + 1);
    const kind = said.type === 'org' ? 'org' : 'user';
    const { at, subject } = entry;
    if (this.#isLeftOut(id, at)) {
      this.leftOut.push({ at, kind: entry.kind, subject });
      return;
    }
    if (entry.kind === 'account.deleted') this.acts.push({ act: 'deleted', id, kind });
    if (entry.kind === 'repo.deleted') this.acts.push({ act: 'repo-deleted', id });
    const isSince = this.#since !== undefined && Date.parse(entry.at) >= this.#since.getTime();
    if (isSince && !entry.kind.endsWith('.deleted')) this.#addNaming(entry, { id, kind, said });
    // Without a time nobody knows which names the backup has: those that may lead somewhere else are for people.
    else if (this.#since === undefined && entry.kind === 'account.renamed')
      this.unnamed.push({ at, kind: entry.kind, subject });
  }

  #isLeftOut(id: string, at: string): boolean {
    const { until, ids } = this.#without;
    return ids.has(id) || (until !== undefined && Date.parse(at) >= until.getTime());
  }

  #addNaming(
    entry: Entry,
    { id, kind, said }: { id: string; kind: 'user' | 'org'; said: z.infer<typeof Said> },
  ): void {
    const name = this.#names.get(entry.hash ?? '');
    const { namespace } = said;
    if (entry.kind === 'repo.moved' && namespace !== undefined) {
      const isElsewhere = namespace !== said.from;
      // Of a full name the part behind the slash: its namespace may be called otherwise by then.
      const own = name?.slice(name.indexOf('/') + 1);
      if (own !== undefined || isElsewhere) this.acts.push({ act: 'repo-moved', id, namespace, name: own });
    }
    if (name === undefined) {
      const { at, subject } = entry;
      this.unnamed.push({ at, kind: entry.kind, subject });
    } else if (entry.kind === 'account.renamed') this.acts.push({ act: 'renamed', id, kind, name });
    else if (entry.kind !== 'repo.moved') this.acts.push({ act: 'account-created', id, kind, name });
  }
}

function saidBy(body: string): z.infer<typeof Said> | undefined {
  try {
    return Said.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
