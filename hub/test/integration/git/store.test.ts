// The store of objects, refs and history against a real database.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  encodeObject,
  eraseRepository,
  GitReader,
  GitWriter,
  MAIN_BRANCH,
  ReachedCopy,
  ObjectCache,
  parseBranch,
  writeInitialCommit,
} from '../../../src/modules/git/index.ts';
import { encodeTree } from '../../../src/modules/git/tree-object.ts';
import { openTestDatabase } from '../../harness/database.ts';

const AT = new Date('2026-01-02T03:04:05Z');
const AUTHOR = { name: 'ann', email: 'ann@example.org' };

async function openRepository(db: Db): Promise<Id> {
  const id = newId(AT);
  await db.transaction((tx) =>
    writeInitialCommit(new GitWriter(tx, id), { files: { a: '1' }, author: AUTHOR, at: AT }),
  );
  return id;
}

/** Adds a commit that writes one file over everything. */
async function addCommit(
  tx: Tx,
  repo: Id,
  change: { parent: Sha1; path: string; text: string },
): Promise<Sha1> {
  const writer = new GitWriter(tx, repo);
  const blob = encodeObject('blob', Buffer.from(change.text));
  const tree = encodeTree([{ mode: '100644', name: change.path, oid: blob.oid }]);
  await writer.putObjects([blob, tree]);
  const signature = { ...AUTHOR, at: AT, tz: '+0000' };
  const { oid } = await writer.putCommit({
    commit: {
      tree: tree.oid,
      parents: [change.parent],
      author: signature,
      committer: signature,
      message: change.text,
    },
    changed: [change.path],
  });
  return oid;
}

void test('listCommits() finds any page of a long history in few steps, and each commit once', async () => {
  await using database = await openTestDatabase();
  const repo = await openRepository(database.db);
  const root = await new GitReader(database.db, repo).findRef(MAIN_BRANCH);
  const line: Sha1[] = [root?.commit as Sha1];
  await database.db.transaction(async (tx) => {
    for (let n = 1; n < 300; n += 1)
      line.push(await addCommit(tx, repo, { parent: line.at(-1) as Sha1, path: 'a', text: String(n) }));
  });
  const cache = new ObjectCache();
  const reader = new GitReader(database.db, repo, cache);
  const newest = await reader.findCommit(line.at(-1) as Sha1);
  assert.equal(newest?.depth, 300);
  for (const [skip, limit] of [
    [0, 10],
    [1, 1],
    [37, 50],
    [150, 200],
    [299, 5],
    [300, 5],
  ] as const) {
    const page = await reader.listCommits(newest, { skip, limit });
    assert.deepEqual(
      page.map(({ oid }) => oid),
      line.toReversed().slice(skip, skip + limit),
      `${skip} ${limit}`,
    );
  }
});

void test('lastCommits() agrees with a walk through history on branches that part and change the same paths', async () => {
  await using database = await openTestDatabase();
  const repo = await openRepository(database.db);
  const root = (await new GitReader(database.db, repo).findRef(MAIN_BRANCH))?.commit as Sha1;
  const changes = new Map<Sha1, { parent: Sha1; path: string }>();
  const heads = [root, root, root];
  await database.db.transaction(async (tx) => {
    for (let n = 0; n < 120; n += 1) {
      const branch = (n * 7) % 3;
      const [parent, path] = [heads[branch] as Sha1, `${(n * 5) % 7}`];
      const oid = await addCommit(tx, repo, { parent, path, text: `${branch}-${n}` });
      changes.set(oid, { parent, path });
      heads[branch] = oid;
    }
  });
  const reader = new GitReader(database.db, repo, new ObjectCache());
  const paths = ['0', '1', '2', '3', '4', '5', '6', 'never'];
  for (const head of heads) {
    const from = await reader.findCommit(head);
    assert.ok(from !== undefined);
    const told = await reader.lastCommits(from, paths);
    for (const path of paths) {
      let at = head;
      for (
        let change = changes.get(at);
        change !== undefined && change.path !== path;
        change = changes.get(at)
      )
        at = change.parent;
      assert.equal(told.get(path)?.oid, at, path);
    }
  }
});

void test('moveRef() moves only what still points where the caller thinks', async () => {
  await using database = await openTestDatabase();
  const repo = await openRepository(database.db);
  await database.db.transaction(async (tx) => {
    const writer = new GitWriter(tx, repo);
    const main = await writer.findRef(MAIN_BRANCH);
    const root = main?.commit as Sha1;
    const next = await addCommit(tx, repo, { parent: root, path: 'a', text: '2' });
    assert.equal(await writer.moveRef(MAIN_BRANCH, next, { target: next, commit: next, at: AT }), false);
    assert.equal(await writer.moveRef(MAIN_BRANCH, root, { target: next, commit: next, at: AT }), true);
    assert.equal((await writer.findRef(MAIN_BRANCH))?.commit, next);
  });
});

void test('a ref cannot point to a commit that is not there', async () => {
  await using database = await openTestDatabase();
  const repo = await openRepository(database.db);
  const nothing = 'a'.repeat(40) as Sha1;
  await assert.rejects(
    database.db.transaction((tx) =>
      new GitWriter(tx, repo).createRef(parseBranch('x'), { target: nothing, commit: nothing }, AT),
    ),
    /foreign key/,
  );
});

void test('the hub may not change an object or a commit, only add and erase', async () => {
  await using database = await openTestDatabase();
  await openRepository(database.db);
  const db = database.db.withTables<never>();
  await assert.rejects(sql`update git.object set kind = 'blob'`.execute(db), /permission denied/);
  await assert.rejects(sql`update git.commit set message = ''`.execute(db), /permission denied/);
  await assert.rejects(sql`truncate git.object cascade`.execute(db), /permission denied/);
});

void test('putObjects() counts each object once and reads pointers', async () => {
  await using database = await openTestDatabase();
  const repo = await openRepository(database.db);
  const pointer = encodeObject(
    'blob',
    Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 12345\n`),
  );
  const large = encodeObject('blob', Buffer.alloc(3_000_000, 'x'));
  await database.db.transaction(async (tx) => {
    const writer = new GitWriter(tx, repo);
    assert.deepEqual(await writer.putObjects([pointer, large, pointer]), {
      git: pointer.body.length + large.body.length,
      lfs: 12345,
    });
    assert.deepEqual(await writer.putObjects([pointer, large]), { git: 0, lfs: 0 });
  });
  const reader = new GitReader(database.db, repo);
  assert.equal((await reader.findBlob(large.oid, 4_000_000))?.equals(large.body), true);
  assert.equal(await reader.findBlob(large.oid, 2_999_999), undefined);
  const opened = await reader.openBlob(large.oid);
  assert.ok(opened !== undefined && !Buffer.isBuffer(opened));
  const part = Buffer.concat(await Array.fromAsync(opened.read({ start: 1_000_000, end: 2_500_001 })));
  assert.equal(part.equals(large.body.subarray(1_000_000, 2_500_001)), true);
});

void test('what a transaction wrote and took back is in no cache', async () => {
  await using database = await openTestDatabase();
  const repo = await openRepository(database.db);
  const cache = new ObjectCache();
  const root = (await new GitReader(database.db, repo).findRef(MAIN_BRANCH))?.commit as Sha1;
  let lost: Sha1 | undefined;
  await assert.rejects(
    database.db.transaction(async (tx) => {
      lost = await addCommit(tx, repo, { parent: root, path: 'a', text: 'lost' });
      const inside = new GitReader(tx, repo, cache);
      assert.ok((await inside.findEntry(lost, 'a')) !== undefined);
      throw new Error('taken back');
    }),
    /taken back/,
  );
  assert.equal(await new GitReader(database.db, repo, cache).findEntry(lost as Sha1, 'a'), undefined);
});

void test('ReachedCopy copies what refs reach and nothing they let go of, and eraseRepository() leaves the copy alone', async () => {
  await using database = await openTestDatabase();
  const from = await openRepository(database.db);
  const root = (await new GitReader(database.db, from).findRef(MAIN_BRANCH))?.commit as Sha1;
  await database.db.transaction(async (tx) => {
    const next = await addCommit(tx, from, { parent: root, path: 'b', text: '2' });
    await new GitWriter(tx, from).moveRef(MAIN_BRANCH, root, { target: next, commit: next, at: AT });
  });
  let gone: Sha1 | undefined;
  await database.db.transaction(async (tx) => {
    const writer = new GitWriter(tx, from);
    const main = (await writer.findRef(MAIN_BRANCH))?.commit as Sha1;
    gone = await addCommit(tx, from, { parent: main, path: 'secret', text: 'taken back' });
    await writer.moveRef(MAIN_BRANCH, main, { target: gone, commit: gone, at: AT });
    await writer.moveRef(MAIN_BRANCH, gone, { target: main, commit: main, at: AT });
  });
  const copy = await ReachedCopy.of(database.db, from);
  await copy.measure(database.db);
  const to = newId(AT);
  await database.db.transaction(async (tx) => await copy.write(tx, to));
  const kept = await sql<{
    n: number;
  }>`select count(*)::int as n from git.object where repo_id = ${to}`.execute(database.db.withTables());
  const had = await sql<{
    n: number;
  }>`select count(*)::int as n from git.object where repo_id = ${from}`.execute(database.db.withTables());
  // A commit, its folder and its file.
  assert.equal(kept.rows[0]?.n, (had.rows[0]?.n ?? 0) - 3);
  assert.equal(await new GitReader(database.db, to).findCommit(gone as Sha1), undefined);
  assert.ok(await copy.stands(database.db));
  await eraseRepository(database.db, from, new AbortController().signal);
  assert.ok(!(await copy.stands(database.db)));
  // What went after it was measured is missed.
  await assert.rejects(database.db.transaction(async (tx) => await copy.write(tx, newId(AT))));
  assert.deepEqual(await new GitReader(database.db, from).listRefs(), []);
  const reader = new GitReader(database.db, to);
  const main = await reader.findRef(MAIN_BRANCH);
  const head = await reader.findCommit(main?.commit as Sha1);
  assert.equal(head?.depth, 2);
  const entry = await reader.findEntry(head.oid, 'b');
  assert.equal((await reader.findBlob(entry?.oid as Sha1, 10))?.toString(), '2');
  const { rows } = await sql`select 1 from git.object where repo_id = ${from}`.execute(
    database.db.withTables(),
  );
  assert.equal(rows.length, 0);
});
