// Git objects in the database are read again like all that is stored: damage is found in any repository, told of once, never
// removed, and forgotten when it is mended or nobody has it any more.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { Scrub } from '../../../src/modules/upkeep/index.ts';
import { StoredCheck } from '../../../src/modules/upkeep/stored-check.ts';
import { commit, regularFile } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { breakRows, DAY_MS } from '../../harness/upkeep.ts';

/** More than one question gives. */
const FILES = 600;

async function openRepos() {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const ids: string[] = [];
  for (const name of ['one', 'two']) {
    ids.push((await hub.addRepo(`ada/${name}`)).id);
    const files = Array.from({ length: FILES }, (_none, n) => regularFile(`f/${n}.txt`, `${name} ${n}`));
    await commit(hub, { token, repo: `ada/${name}` }, files);
  }
  const [one = '', two = ''] = ids;
  return { hub, token, one, two, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

/** The check as it would be so many days from now. */
async function scrub(hub: ServedHub, days: number): Promise<Scrub> {
  const clock = { now: () => new Date(Date.now() + days * DAY_MS) };
  const one = new Scrub({ ...hub.modules, clock, rate: 1e12, check: new StoredCheck(hub.modules) });
  assert.equal(await one.run(), false);
  return one;
}

async function damage(hub: ServedHub): Promise<string[]> {
  return (await hub.modules.scrub.listDamage()).map(
    ({ kind, name, flaw, owners }) => `${kind} ${name} ${flaw} ${owners.map(({ repo }) => repo).join()}`,
  );
}

async function entries(hub: ServedHub): Promise<string[]> {
  const { rows } = await sql<{ kind: string; subject: string }>`select kind, subject from ledger.entry
    where kind like 'store.%' order by at, subject`.execute(hub.modules.db.withTables<never>());
  return rows.map(({ kind, subject }) => `${kind} ${subject}`);
}

async function fsck(hub: ServedHub, deep: boolean): Promise<string[]> {
  const found: string[] = [];
  for await (const event of hub.modules.fsck.run({ deep, signal: new AbortController().signal }))
    if (event.event === 'problem' && event.severity === 'damage') found.push(`${event.where}: ${event.what}`);
  return found;
}

/** The names of a repository's objects, in order. */
async function namesIn(hub: ServedHub, id: string): Promise<{ oid: string; kind: string }[]> {
  const { rows } = await sql<{ oid: string; kind: string }>`select oid, kind from git.object
    where repo_id = ${id} order by oid`.execute(hub.modules.db.withTables<never>());
  return rows;
}

const FLIP = `update git.object set bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1)
  where repo_id = $1 and oid = $2`;

void test('a flipped bit of a git object is found wherever it is, told of, and forgotten once it is mended', async () => {
  await using repos = await openRepos();
  const { hub, one, two } = repos;
  assert.equal((await scrub(hub, 0)).damaged, 0);
  assert.deepEqual(await damage(hub), []);
  const inTwo = await namesIn(hub, two);
  const [first, last] = [inTwo[0], inTwo.at(-1)];
  const tree = (await namesIn(hub, one)).findLast(({ kind }) => kind === 'tree');
  assert.ok(first && last && tree);
  const broken: [string, { oid: string; kind: string }][] = [
    [one, tree],
    [two, first],
    [two, last],
  ];
  for (const [id, { oid }] of broken) await breakRows(hub, FLIP, [id, oid]);
  assert.equal((await scrub(hub, 8)).damaged, 3);
  const names = broken.map(([id, { oid }]) => `${id}/${oid}`);
  assert.deepEqual(
    (await damage(hub)).toSorted(),
    [
      `git-object ${names[0]} altered ada/one`,
      `git-object ${names[1]} altered ada/two`,
      `git-object ${names[2]} altered ada/two`,
    ].toSorted(),
  );
  for (const name of names)
    assert.ok(hub.lines.some((line) => line.includes(name) && line.includes('"level":"error"')));
  const told = names.map((name) => `store.damaged git-object:${name}`);
  assert.deepEqual((await entries(hub)).toSorted(), told.toSorted());
  assert.equal((await namesIn(hub, two)).length, inTwo.length, 'nothing is removed');
  await scrub(hub, 16);
  assert.equal((await entries(hub)).length, 3, 'the ledger is told once');
  const [quick, deep] = [await fsck(hub, false), await fsck(hub, true)];
  for (const [id, { oid, kind }] of broken) {
    const where = `models/ada/${id === one ? 'one' : 'two'}`;
    assert.ok(quick.includes(`${where}: git object ${oid} was altered when it was last read`), quick.join());
    assert.ok(deep.includes(`${where}: git object ${oid} (a ${kind}) is altered`), deep.join());
  }
  for (const [id, { oid }] of broken) await breakRows(hub, FLIP, [id, oid]);
  await scrub(hub, 24);
  assert.deepEqual(await damage(hub), []);
  assert.equal((await entries(hub)).filter((entry) => entry.startsWith('store.mended')).length, 3);
  assert.deepEqual(await fsck(hub, true), []);
});

void test('damage of git objects that are gone is forgotten, also behind the last that is there', async () => {
  await using repos = await openRepos();
  const { hub, one, two } = repos;
  const [low = '', high = ''] = [one, two].toSorted((a, b) => (a < b ? -1 : 1));
  const first = (await namesIn(hub, low))[0]?.oid;
  for (const id of [low, high]) {
    const names = await namesIn(hub, id);
    for (const one of [names[0], names.at(-1)]) await breakRows(hub, FLIP, [id, one?.oid]);
  }
  assert.equal((await scrub(hub, 0)).damaged, 4);
  await breakRows(hub, 'delete from git.object where repo_id = $1', [high]);
  await breakRows(hub, 'delete from git.object where repo_id = $1 and oid = $2', [low, first]);
  assert.equal((await scrub(hub, 8)).damaged, 1);
  assert.match((await damage(hub)).join(), new RegExp(`^git-object ${low}/`));
});

void test('what is found by reading one repository is noted, and nothing of another is forgotten', async () => {
  await using repos = await openRepos();
  const { hub, one, two } = repos;
  for (const id of [one, two]) await breakRows(hub, FLIP, [id, (await namesIn(hub, id)).at(-1)?.oid]);
  await fsck(hub, true);
  assert.equal((await damage(hub)).length, 2);
  for await (const _flawed of hub.modules.scrub.inspectGit(one as never)) assert.ok(true);
  assert.equal((await damage(hub)).length, 2);
  await breakRows(hub, FLIP, [one, (await namesIn(hub, one)).at(-1)?.oid]);
  for await (const flawed of hub.modules.scrub.inspectGit(one as never)) assert.fail(flawed.oid);
  assert.deepEqual(
    (await damage(hub)).map((line) => line.split(' ').at(-1)),
    ['ada/two'],
  );
});

void test('a pass over git objects that is told to end goes on where it was', async () => {
  await using repos = await openRepos();
  const { hub, token, two } = repos;
  for (let n = 0; n < 3; n += 1)
    await commit(hub, { token, repo: 'ada/two' }, [regularFile(`${n}.bin`, `${n}`.repeat(3_000_000))]);
  await breakRows(hub, FLIP, [two, (await namesIn(hub, two)).at(-1)?.oid]);
  const places = new Set<string>();
  const stopped = { ...hub.modules, rate: 1e12, check: new StoredCheck(hub.modules) };
  // At least one for each of what is too large to be read with others.
  while (await new Scrub(stopped).run(AbortSignal.abort())) {
    const { rows } = await sql<{ passed: string }>`select passed from upkeep.scrub`.execute(
      hub.modules.db.withTables<never>(),
    );
    assert.ok(!places.has(rows[0]?.passed ?? ''), 'no place is come to twice');
    places.add(rows[0]?.passed ?? '');
  }
  assert.ok(places.size >= 4, [...places].join());
  assert.deepEqual(
    [...places],
    [...places].toSorted((a, b) => (a < b ? -1 : 1)),
  );
  assert.equal((await damage(hub)).length, 1);
});

void test('an object that the database cannot read is told of, and those beside it are read', async () => {
  await using repos = await openRepos();
  const { hub, one, two } = repos;
  const [unreadable, altered] = [(await namesIn(hub, one))[3]?.oid, (await namesIn(hub, one))[4]?.oid];
  await breakRows(hub, FLIP, [one, altered]);
  await breakRows(hub, 'alter table git.object rename to kept_object');
  await breakRows(
    hub,
    `create function git.broken() returns bytea stable language plpgsql as $$
      begin raise exception 'invalid page in block 7' using errcode = 'data_corrupted'; end $$`,
  );
  await breakRows(
    hub,
    `create view git.object as select repo_id, oid, kind, size, lfs_sha256, lfs_size,
      case when repo_id = '${one}' and oid = '${unreadable}' then git.broken() else bytes end as bytes from git.kept_object`,
  );
  await breakRows(hub, 'grant select on git.object to holdfast_hub');
  await scrub(hub, 0);
  assert.deepEqual(
    (await damage(hub)).toSorted(),
    [
      `git-object ${one}/${unreadable} unreadable ada/one`,
      `git-object ${one}/${altered} altered ada/one`,
    ].toSorted(),
  );
  assert.ok(two);
});

void test('a broken page of the table keeps neither its neighbours from being read nor the next pass from beginning', async () => {
  await using repos = await openRepos();
  const { hub, one, two } = repos;
  const [unreadable, altered] = [(await namesIn(hub, one))[3]?.oid, (await namesIn(hub, two))[4]?.oid];
  await breakRows(hub, FLIP, [two, altered]);
  const broken = (
    state: string,
  ): string => `create or replace function git.broken() returns text stable language plpgsql as $$
    begin raise exception 'invalid page in block 7' using errcode = '${state}'; end $$`;
  await breakRows(hub, 'alter table git.object rename to kept_object');
  await breakRows(hub, broken('data_corrupted'));
  const row = `repo_id = '${one}' and oid = '${unreadable}'`;
  const view = (names: string): string => `create view git.object as select ${names},
      case when ${row} then git.broken() else kind end as kind, case when ${row} then git.broken()::int else size end as size,
      lfs_sha256, lfs_size, bytes from git.kept_object`;
  await breakRows(hub, view('repo_id, oid'));
  await breakRows(hub, 'grant select on git.object to holdfast_hub');
  const both = [
    `git-object ${one}/${unreadable} unreadable ada/one`,
    `git-object ${two}/${altered} altered ada/two`,
  ];
  await scrub(hub, 0);
  assert.deepEqual((await damage(hub)).toSorted(), both.toSorted());
  // A disk that cannot be read says it otherwise.
  await breakRows(hub, broken('io_error'));
  await scrub(hub, 8);
  assert.deepEqual((await damage(hub)).toSorted(), both.toSorted());
  // And where not even the names can be listed, the pass ends all the same.
  await breakRows(hub, 'drop view git.object');
  await breakRows(hub, view(`repo_id, case when ${row} then git.broken() else oid end as oid`));
  await breakRows(hub, 'grant select on git.object to holdfast_hub');
  await scrub(hub, 16);
  const { rows } = await sql<{
    ended: boolean;
  }>`select ended_at is not null as ended from upkeep.scrub`.execute(hub.modules.db.withTables<never>());
  assert.deepEqual(rows, [{ ended: true }]);
});
