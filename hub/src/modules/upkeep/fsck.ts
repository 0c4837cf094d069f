// Looks through everything that is stored, from refs to bytes, and tells what is wrong and what to do about it. It
// changes nothing but the list of known damage. Memory grows with the objects of the largest repository alone.
import { type Sha256 } from '@holdfast/kernel/digest';
import { formatSize } from '@holdfast/kernel/size';
import { isFault } from '@holdfast/kernel/fault';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { findObjects } from '#modules/blobs';
import { HistoryIntegrity, type Pointed } from '#modules/git';
import { listFileFlaws, listMarkFlaws } from '#modules/xet';
import { listOwners } from './damage-store.ts';
import { compareCounter, listChecked, listFileless, listRecorded, type Checked } from './fsck-store.ts';
import { listDamagedGit } from './git-reread.ts';
import { type StoredKind } from './model.ts';
import { type Scrub } from './scrub.ts';

/** What it needs. */
export interface FsckDeps {
  readonly db: Db;
  readonly store: ObjectStore;
  readonly scrub: Pick<Scrub, 'inspect' | 'inspectGit'>;
}

/** Something that is wrong. A note is nothing that anybody can fail to read because of it. */
export interface Problem {
  readonly severity: 'damage' | 'note';
  readonly where: string;
  readonly what: string;
  readonly remedy: string;
}

/** What is told while it runs. */
export type FsckEvent =
  /** So many things of a kind so far; more follow. */
  | { readonly event: 'looking'; readonly at: string; readonly count: number }
  /** So many in all. */
  | { readonly event: 'looked'; readonly at: string; readonly count: number }
  | ({ readonly event: 'problem' } & Problem);

const RESTORE = 'restore it from a backup, or upload the file again: bytes that are sent anew replace it';
const RESTORE_PACK =
  'restore it from a backup; or run `./holdfast admin xet forget REPO`, so that clients send again what they believe is ' +
  'here, and upload the file again as it was uploaded first: its chunks then replace these';
const RESTORE_DATABASE = 'restore the database from a backup; the sweep leaves this repository alone';
const REPORT = 'please report it';
const MOST_OWNERS = 5;

/** Looks everything through. */
export class Fsck {
  readonly #deps: FsckDeps;

  constructor(deps: FsckDeps) {
    this.#deps = deps;
  }

  /** Goes through everything. With `deep`, all bytes are read again and hashed. */
  async *run(options: { readonly deep: boolean; readonly signal: AbortSignal }): AsyncGenerator<FsckEvent> {
    const { signal, deep } = options;
    for (let page = await this.#page(''); page.length > 0; page = await this.#page(page.at(-1)?.id ?? ''))
      for (const repo of page) {
        signal.throwIfAborted();
        yield* this.#checkRepo(repo, deep);
      }
    yield* this.#checkFiles();
    for (const kind of ['object', 'pack'] as const) yield* this.#checkStored(kind, options);
  }

  async #page(after: Checked['id'] | ''): Promise<Checked[]> {
    return await listChecked(this.#deps.db, after);
  }

  async *#checkRepo({ id, name }: Checked, deep: boolean): AsyncGenerator<FsckEvent> {
    const { db, scrub } = this.#deps;
    const history = new HistoryIntegrity(db, id);
    for await (const { oid, flaw, role } of history.listBroken())
      yield problem(name, `git object ${oid} (${role}) is ${flaw}`, RESTORE_DATABASE);
    if (deep)
      for await (const { oid, kind, flaw } of scrub.inspectGit(id))
        yield problem(
          name,
          `git object ${oid} (${kind === undefined ? 'of which nothing is known' : `a ${kind}`}) is ${flaw}`,
          RESTORE_DATABASE,
        );
    else
      for (const { oid, flaw } of await listDamagedGit(db, id))
        yield problem(name, `git object ${oid} was ${flaw} when it was last read`, RESTORE_DATABASE);
    for await (const pointed of history.listPointed()) yield* this.#checkPointed({ id, name }, pointed);
    for (const sha256 of await listFileless(db, id))
      yield problem(name, `the large file ${sha256} has no list of chunks of its size`, RESTORE_DATABASE);
    const counter = await compareCounter(db, id);
    if (counter !== undefined && counter.counted !== counter.held)
      yield note(
        name,
        `${formatSize(counter.counted)} are counted, and ${formatSize(counter.held)} are stored`,
        REPORT,
      );
    yield { event: 'looked', at: name, count: history.count };
  }

  async *#checkPointed({ id, name }: Checked, pointed: readonly Pointed[]): AsyncGenerator<FsckEvent> {
    const held = await findObjects(
      this.#deps.db,
      id,
      pointed.map((one) => one.sha256),
    );
    for (const { sha256, size } of pointed) {
      const found = held.get(sha256);
      if (found === undefined)
        yield note(
          name,
          `a commit names the large file ${sha256}, which the repository does not hold`,
          'nothing, if it was deleted on purpose without its history; otherwise upload it again',
        );
      else if (found.size !== size)
        yield problem(name, `the large file ${sha256} has ${found.size} bytes, not ${size}`, RESTORE);
    }
  }

  async *#checkFiles(): AsyncGenerator<FsckEvent> {
    const { db } = this.#deps;
    let count = 0;
    for await (const { flaws, looked } of listFileFlaws(db)) {
      count += looked;
      for (const { scopeId, hash, flaw } of flaws) {
        const what =
          flaw === 'xorbs' ? 'is made of chunks that are not noted' : 'has an unreadable list of chunks';
        yield problem(`scope ${scopeId}`, `the file ${hash} ${what}`, RESTORE_DATABASE);
      }
    }
    for (const { scopeId, hash } of await listMarkFlaws(db))
      yield note(`scope ${scopeId}`, `the xorb ${hash} is wrongly marked as used, or not`, REPORT);
    yield { event: 'looked', at: 'lists of chunks', count };
  }

  async *#checkStored(
    kind: StoredKind,
    options: { readonly deep: boolean; readonly signal: AbortSignal },
  ): AsyncGenerator<FsckEvent> {
    let count = 0;
    for (let after = ''; ;) {
      const page = await listRecorded(this.#deps.db, kind, after);
      for (const { name, size } of page) {
        options.signal.throwIfAborted();
        const what = await this.#flawOf(kind, { name, size, deep: options.deep });
        if (what !== undefined)
          yield problem(
            await this.#describeOwners(kind, name),
            `${kind} ${name} ${what}`,
            kind === 'pack' ? RESTORE_PACK : RESTORE,
          );
      }
      count += page.length;
      const last = page.at(-1);
      if (last === undefined) break;
      yield { event: 'looking', at: `${kind}s`, count };
      after = last.name;
    }
    yield { event: 'looked', at: `${kind}s`, count };
  }

  async #flawOf(
    kind: StoredKind,
    of: { readonly name: Sha256; readonly size: number; readonly deep: boolean },
  ): Promise<string | undefined> {
    const { store, scrub } = this.#deps;
    try {
      await using opened = await (kind === 'object' ? store.open(of.name) : store.packs.open(of.name));
      if (opened.size !== of.size) return `has ${opened.size} bytes, not ${of.size}`;
    } catch (error) {
      if (!isFault(error, 'object.missing')) throw error;
      // Unless nobody needs it any more by now.
      return (await scrub.inspect(kind, of.name)) === undefined ? undefined : 'is missing';
    }
    const flaw = of.deep ? await scrub.inspect(kind, of.name) : undefined;
    return flaw === undefined ? undefined : `is ${flaw}`;
  }

  async #describeOwners(kind: StoredKind, name: Sha256): Promise<string> {
    const owners = await listOwners(this.#deps.db, { kind, name }, MOST_OWNERS);
    if (owners.length === 0) return 'the store';
    return owners.map(({ repo, path }) => (path === null ? repo : `${repo}: ${path}`)).join(', ');
  }
}

function problem(where: string, what: string, remedy: string): FsckEvent {
  return { event: 'problem', severity: 'damage', where, what, remedy };
}

function note(where: string, what: string, remedy: string): FsckEvent {
  return { event: 'problem', severity: 'note', where, what, remedy };
}
