// A rewritten history against git's own rewriting of the same repository: the same commits to the last byte, and an
// index of them that says what git says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { sha256, type Sha1 } from '@holdfast/kernel/digest';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  applyChanges,
  encodeObject,
  encodePointer,
  encodeTag,
  GitReader,
  GitWriter,
  HistoryRewriter,
  MAIN_BRANCH,
  parseBranch,
  parsePath,
  parseTagName,
  writeInitialCommit,
  type Change,
} from '../../../src/modules/git/index.ts';
import { pathKey } from '../../../src/modules/git/store/commits.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { mustRun } from '../../harness/program.ts';
import { openScratch } from '../../harness/scratch.ts';
import { exportRepository } from './export-repository.ts';

const AUTHOR = { name: 'ann', email: 'ann@example.org' };
const AT = new Date('2026-01-02T03:04:05Z');
const DOOMED = [sha256('bad'), sha256('worse')];
const CONTENTS = [
  ...[...DOOMED, sha256('good')].map((oid) => encodePointer({ oid, size: 3 })),
  ...['one', 'two', 'three', 'four'].map((text) => Buffer.from(text)),
].map((body) => encodeObject('blob', body));
const PATHS = ['a.bin', 'b.txt', 'f/a.bin', 'f/b.txt', 'f/g/a.bin', 'f/g/b.txt', 'h/a.bin'].map((path) =>
  parsePath(path),
);

/** Makes commits of no meaning on a few lines that are merged now and then, the same for the same seed. */
class Builder {
  readonly #tx: Tx;
  readonly #repo: Id;
  readonly heads: Sha1[];
  #state: number;
  #made = 0;

  constructor(tx: Tx, repo: Id, start: { readonly root: Sha1; readonly seed: number }) {
    this.#tx = tx;
    this.#repo = repo;
    this.#state = start.seed;
    this.heads = [start.root, start.root, start.root];
  }

  next(below: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % below;
  }

  async commit(line = this.next(this.heads.length)): Promise<void> {
    const writer = new GitWriter(this.#tx, this.#repo);
    const parent = this.heads[line] as Sha1;
    const tree = (await writer.findCommit(parent))?.tree as Sha1;
    const other = this.heads[this.next(this.heads.length)] as Sha1;
    const parents = other !== parent && this.next(4) === 0 ? [parent, other] : [parent];
    const edited = await applyChanges(writer, tree, await this.#changes(writer, tree));
    await writer.putObjects([...CONTENTS, ...edited.trees]);
    this.#made += 1;
    const signature = { ...AUTHOR, at: new Date(AT.getTime() + this.#made * 60_000), tz: '+0130' };
    const message = `Commit ${this.#made}\n\nWith a body.`;
    const { oid } = await writer.putCommit({
      commit: { tree: edited.root, parents, author: { ...signature, at: AT }, committer: signature, message },
      changed: edited.changed.map(({ path }) => path),
      request: sha256(message),
    });
    this.heads[line] = oid;
  }

  async #changes(writer: GitWriter, tree: Sha1): Promise<Change[]> {
    const changes = new Map<string, Change>();
    for (let n = 1 + this.next(3); n > 0; n -= 1) {
      const path = PATHS[this.next(PATHS.length)] ?? parsePath('a');
      const isThere = (await writer.findEntryIn(tree, path)) !== undefined;
      const { oid } = CONTENTS[this.next(CONTENTS.length)] ?? encodeObject('blob', Buffer.alloc(0));
      if (isThere && this.next(3) === 0) changes.set(path, { kind: 'delete', path, what: 'file' });
      else changes.set(path, { kind: 'put', path, oid, mode: this.next(5) === 0 ? '100755' : '100644' });
    }
    return [...changes.values()];
  }
}

async function openHistory(db: Db, seed: number): Promise<Id> {
  const repo = newId(AT);
  await db.transaction(async (tx) => {
    const root = await writeInitialCommit(new GitWriter(tx, repo), {
      // Without a file of its own, a commit can come to hold nothing at all.
      files: seed % 2 === 0 ? {} : { '.x': 'x' },
      author: AUTHOR,
      at: AT,
    });
    const builder = new Builder(tx, repo, { root, seed });
    const writer = new GitWriter(tx, repo);
    const point = async (name: ReturnType<typeof parseBranch>, commit: Sha1): Promise<void> =>
      await writer.createRef(name, { target: commit, commit }, AT);
    for (let n = 0; n < 25; n += 1) {
      await builder.commit();
      if (n === 5) await point(parseTagName('early'), builder.heads[0] as Sha1);
    }
    // One line ends in commits that no ref reaches.
    for (let n = 0; n < 4; n += 1) await builder.commit(2);
    const [main, side] = builder.heads as [Sha1, Sha1, Sha1];
    await writer.moveRef(MAIN_BRANCH, root, { target: main, commit: main, at: AT });
    await point(parseBranch('side/one'), side);
    await point(parseTagName('first'), root);
    const tagger = { ...AUTHOR, at: AT, tz: '+0000' };
    const tag = encodeTag({ object: side, kind: 'commit', name: 'v1', tagger, message: 'A release\n\nYes.' });
    await writer.putObjects([tag]);
    await writer.createRef(parseTagName('v1'), { target: tag.oid, commit: side }, AT);
  });
  return repo;
}

async function refsOf(folder: string): Promise<string> {
  const format = '--format=%(refname) %(objectname) %(objecttype)';
  return await mustRun('git', ['-C', folder, 'for-each-ref', format, 'refs/heads', 'refs/tags']);
}

/** What git makes of the repository when it takes out the files with these blobs. */
async function rewriteWithGit(folder: string, doomed: readonly Sha1[]): Promise<void> {
  const filter = `git ls-files -s | grep -E '${doomed.join('|')}' | cut -f2 | xargs -r git rm --cached -q --`;
  const options = ['--index-filter', filter, '--tag-name-filter', 'cat', '--', '--all'];
  await mustRun('git', ['-C', folder, 'filter-branch', '-f', ...options], {
    env: { FILTER_BRANCH_SQUELCH_WARNING: '1' },
  });
}

/** That the rows which lists are made from say of each commit what git says. */
async function requireTrueIndex(db: Db, repo: Id, folder: string): Promise<void> {
  const git = async (...args: string[]) => (await mustRun('git', ['-C', folder, ...args])).trimEnd();
  const lines = async (...args: string[]) => (await git(...args)).split('\n').filter((line) => line !== '');
  const tables = db.withTables<never>();
  for (const oid of await lines('rev-list', '--branches', '--tags')) {
    const commit = await new GitReader(db, repo).findCommit(oid as Sha1);
    assert.ok(commit, oid);
    const line = await lines('rev-list', '--first-parent', oid);
    assert.equal(commit.depth, line.length);
    assert.equal(
      line[line.length - commit.jump.depth],
      commit.jump.oid,
      'the jump is an ancestor of its depth',
    );
    assert.equal(commit.tree, await git('rev-parse', `${oid}^{tree}`));
    assert.deepEqual(
      commit.parents,
      await lines('log', '-1', '--format=%P', oid).then(([all = '']) =>
        all.split(' ').filter((one) => one !== ''),
      ),
    );
    const { rows } = await sql<{ key: string }>`select encode(path_key, 'hex') as key from git.change
      where repo_id = ${repo} and commit = ${oid} and depth = ${commit.depth}`.execute(tables);
    const [parent] = commit.parents;
    const changed =
      parent === undefined ? [] : await lines('diff-tree', '-r', '-t', '--name-only', parent, oid);
    assert.deepEqual(
      rows.map(({ key }) => key).toSorted(),
      changed.map((path) => pathKey(path).toString('hex')).toSorted(),
      `changes of ${oid}`,
    );
  }
}

for (const seed of [1, 2, 3])
  void test(`rewrite() makes what git filter-branch makes, history ${seed}`, async () => {
    await using database = await openTestDatabase();
    await using scratch = await openScratch('rewritten');
    const { db } = database;
    const repo = await openHistory(db, seed);
    const [before, after] = [`${scratch.path}/before`, `${scratch.path}/after`];
    await exportRepository(db, repo, before);
    await requireTrueIndex(db, repo, before);
    const rewriting = await db.transaction((tx) => new HistoryRewriter(tx, repo).rewrite(DOOMED, AT));
    await exportRepository(db, repo, after);
    await rewriteWithGit(
      before,
      CONTENTS.slice(0, DOOMED.length).map(({ oid }) => oid),
    );
    assert.equal(await refsOf(after), await refsOf(before));
    const fsck = await mustRun('git', ['-C', after, 'fsck', '--strict', '--full', '--no-dangling']);
    assert.doesNotMatch(fsck, /error|warning|missing/);
    await requireTrueIndex(db, repo, after);
    assert.ok(rewriting.erased > rewriting.rebuilt, 'what no ref reached is not made anew');
    const { rows } = await sql<{ n: number }>`select count(*) as n from git.change g where repo_id = ${repo}
      and not exists (select from git.commit c where c.repo_id = g.repo_id and c.oid = g.commit)`.execute(
      db.withTables<never>(),
    );
    assert.equal(rows[0]?.n, 0, 'nothing is left of the index of erased commits');
    const again = await db.transaction((tx) => new HistoryRewriter(tx, repo).rewrite(DOOMED, AT));
    assert.deepEqual(again, { moved: [], rebuilt: 0, erased: 0, addedBytes: 0 });
  });
