// No list of the security centre walks a whole table to find the few rows that a filter asks for. What is counted is the rows that
// PostgreSQL touches, and not the time: the same on every machine.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { Db, openPool } from '@holdfast/platform/postgres/database';
import { Kysely, PostgresDialect } from 'kysely';
import { type Pool } from 'pg';
import { PeopleReader } from '../../../src/modules/identity/everybody-store.ts';
import { OrgPeopleReader } from '../../../src/modules/identity/org-people-store.ts';
import { EntrySearch, TallyReader } from '../../../src/modules/ledger/index.ts';
import { OrgScopeReader } from '../../../src/modules/ledger/org-scope-store.ts';
import { MailLogReader } from '../../../src/modules/mail/mail-log-store.ts';
import { NameReader } from '../../../src/modules/repos/name-store.ts';
import { LiveReader } from '../../../src/modules/sessions/live-store.ts';
import { PassedReader } from '../../../src/modules/spaces/passed-store.ts';
import { SecretNoteReader } from '../../../src/modules/spaces/secret-note-store.ts';
import { ProgramReader } from '../../../src/modules/spaces/traffic-store.ts';
import { AllTokensReader } from '../../../src/modules/tokens/all-tokens-store.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { withPool } from '../../harness/shared-server.ts';

const LIMIT = { timeout: 300_000 };
const ROWS = 40_000;
/** Rows of a page, what is looked at for each, and what stands beside. */
const MOST_TOUCHED = 1_000;

/** A rare row is one of the first twenty, which a list that begins with the newest meets last. */
const LOAD = `
set session_replication_role = replica;
insert into identity.account (id, kind, name, fullname, email, created_at, administrator, disabled_at, second_factor_at)
  select lpad(to_hex(n), 24, '0'), 'user', case when n <= 20 then 'rare' else 'user' end || n, '', 'u' || n || '@example.org',
         now(), n = 1, case when n = 2 then now() end, case when n > 20 then now() end
    from generate_series(1, ${ROWS}) n;
insert into tokens.token (id, user_id, name, digest, grant_, created_at, expires_at, revoked_at, mac, last_used_at, last_address)
  select lpad(to_hex(n), 24, '0'), lpad(to_hex(n), 24, '0'), 'x', lpad(to_hex(n), 64, '0'),
         case when n = 3 then '{"role":"read"}' else '{"role":"fineGrained"}' end::jsonb, now() - interval '1 year',
         now() + case when n = 5 then interval '-1 day' else interval '1 year' end, case when n = 6 then now() end, '',
         case when n = 4 then null else now() end, case when n = 7 then '192.0.2.7' else '192.0.2.1' end
    from generate_series(1, ${ROWS}) n;
insert into sessions.session
  (id, user_id, digest, proofs, began_at, proved_at, expires_at, address, client, seen_at, ended_at, mac)
  select lpad(to_hex(n), 24, '0'), lpad(to_hex(n), 24, '0'), lpad(to_hex(n), 64, '0'), '{}', now(), now(),
         now() + interval '1 day', case when n = 7 then '192.0.2.7' else '192.0.2.1' end, '', now(),
         case when n > ${ROWS / 2} then now() end, ''
    from generate_series(1, ${ROWS}) n;
insert into mail.message (id, event, recipient_id, kind, facts, created_at, state, settled_at)
  select lpad(to_hex(n), 24, '0'), 'e' || n, lpad(to_hex(n), 24, '0'), 'signed-in', '{}', now(),
         case when n = 8 then 'refused' else 'sent' end, now()
    from generate_series(1, ${ROWS}) n;
insert into ledger.entry (writer, lane, n, previous, at, kind, subject, subject_n, actor, credential, body, hash, xid, subject_previous)
  select 'w', 0, n, '', now() - n * interval '1 second', 'a.b', case when n = 9 then 'rare' else 'repo:x' || n end, 1,
         case when n = 10 then 'rare' else 'anonymous' end, case when n = 11 then 'rare' else '' end, '{}',
         lpad(to_hex(n), 64, '0'), pg_current_xact_id(), ''
    from generate_series(1, ${ROWS}) n;
insert into repos.repo (id, type, namespace_id, namespace, name, creator_id, visibility, created_at, last_modified)
  select lpad(to_hex(n), 24, '0'), 'space', lpad(to_hex(n), 24, '0'), 'user' || n, 'x', lpad(to_hex(n), 24, '0'), 'public', now(), now()
    from generate_series(1, ${ROWS}) n;
insert into spaces.secrets (repo_id, names, unsettled)
  select lpad(to_hex(n), 24, '0'), case when n = 12 then '{A}' else '{}' end::text[], n = 13 from generate_series(1, ${ROWS}) n;
insert into spaces.run (repo_id, program) select lpad(to_hex(n), 24, '0'), n = 14 from generate_series(1, ${ROWS}) n;
analyze;
`;

/** Beside that, so that what was rare is not any more: memberships, and Spaces of organisations. */
const LOAD_ORGS = `
-- An organisation with half of all Spaces, none of which has anything, while all others have; and one with a few of each.
insert into identity.membership (org_id, user_id, role, since)
  select lpad(to_hex(case when n <= 20 then 1 else 2 end), 24, '0'), lpad(to_hex(n), 24, '0'), 'read', now()
    from generate_series(1, ${ROWS}) n;
insert into repos.repo (id, type, namespace_id, namespace, name, creator_id, visibility, created_at, last_modified)
  select lpad(to_hex(n), 24, '0'), 'space', lpad(to_hex(${ROWS} + 1 + n % 2), 24, '0'), 'org' || n % 2, 'x' || n,
         lpad(to_hex(1), 24, '0'), 'public', now(), now()
    from generate_series(${ROWS} + 1, 2 * ${ROWS}) n;
insert into spaces.secrets (repo_id, names, unsettled)
  select lpad(to_hex(n), 24, '0'), '{A}', false from generate_series(${ROWS} + 1, 2 * ${ROWS}, 2) n;
insert into spaces.run (repo_id, program) select lpad(to_hex(n), 24, '0'), true from generate_series(${ROWS} + 1, 2 * ${ROWS}, 2) n;
insert into ledger.entry (writer, lane, n, previous, at, kind, subject, subject_n, actor, credential, body, hash, xid, subject_previous)
  select 'w', 0, ${ROWS} + n, '', now() - n * interval '1 second',
         case n % 3 when 0 then 'secret.used' when 1 then 'space.egress-refused' else 'repo.moved' end,
         'repo:' || lpad(to_hex(n), 24, '0'), 1, 'anonymous', '', '{"from":"x"}',
         lpad(to_hex(${ROWS} + n), 64, '0'), pg_current_xact_id(), ''
    from generate_series(1, ${ROWS}) n;
insert into spaces.passed (repo_id, run_id, hour, sent, received)
  select lpad(to_hex(n), 24, '0'), lpad(to_hex(n), 24, '0'), date_trunc('hour', now() - m * interval '1 hour'), 9 - m, 9 - m
    from generate_series(1, ${ROWS}) n, generate_series(0, 1) m;
-- Much was done to one repository, and one thing of it long ago.
insert into ledger.entry (writer, lane, n, previous, at, kind, subject, subject_n, actor, credential, body, hash, xid, subject_previous)
  select 'w', 0, 2 * ${ROWS} + n, '', now() - n * interval '1 second', case when n = ${ROWS} then 'rare.b' else 'a.b' end,
         'repo:busy', n, 'anonymous', '', '{"from":"x"}', lpad(to_hex(2 * ${ROWS} + n), 64, '0'), pg_current_xact_id(), ''
    from generate_series(1, ${ROWS}) n;
analyze;
`;

/** A rare kind of entries about something to which much was done. */
const RARE = { subject: 'repo:busy', kind: 'rare.b' };

interface Asked {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows that the nodes below here read from tables and indexes, whether or not they passed. */
function touchedBy(node: PlanNode): number {
  const below = (node.Plans ?? []).reduce((sum, plan) => sum + touchedBy(plan), 0);
  if (!node['Node Type'].includes('Scan')) return below;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return below + (node['Actual Rows'] + removed) * node['Actual Loops'];
}

/** A handle that notes what is asked through it. */
function openNoting(pool: Pool): { readonly db: Db; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const kysely = new Kysely<Record<never, never>>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void asked.push(query),
  });
  return { db: new Db(kysely), asked };
}

async function touched(pool: Pool, { sql, parameters }: Asked): Promise<{ rows: number; plan: string }> {
  const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, format json) ${sql}`,
    [...parameters],
  );
  const root = rows[0]?.['QUERY PLAN'][0].Plan;
  assert.ok(root);
  return { rows: touchedBy(root), plan: JSON.stringify(root, null, 1) };
}

const PAGE = { limit: 50 };

/** Every list with every filter, each asking for few rows that lie at the end of the list. */
function listsOf(db: Db): Record<string, () => Promise<unknown>> {
  const now = new Date();
  const people = new PeopleReader(db);
  const tokens = new AllTokensReader(db, now);
  const sessions = new LiveReader(db);
  const mail = new MailLogReader(db);
  const entries = new EntrySearch(db);
  const after = 'f'.repeat(24) as Id;
  return {
    'users by name': () => people.list({ name: 'RARE' }, PAGE),
    'users by mail address': () => people.list({ name: 'U9@example.org' }, PAGE),
    'disabled users': () => people.list({ only: 'disabled' }, PAGE),
    administrators: () => people.list({ only: 'administrators' }, PAGE),
    'users without a second factor': () => people.list({ only: 'without-factor' }, PAGE),
    'all users': () => people.list({}, { ...PAGE, after }),
    'tokens of a user': () => tokens.list({ owner: 'Rare9' }, PAGE),
    'tokens by address': () => tokens.list({ address: '192.0.2.7' }, PAGE),
    'live tokens': () => tokens.list({ only: 'live' }, PAGE),
    'classic tokens': () => tokens.list({ only: 'classic' }, PAGE),
    'unused tokens': () => tokens.list({ only: 'unused' }, PAGE),
    'ended tokens': () => tokens.list({ only: 'ended' }, PAGE),
    'sessions of a user': () => sessions.list({ user: 'Rare9' }, { ...PAGE, now }),
    'sessions by address': () => sessions.list({ address: '192.0.2.7' }, { ...PAGE, now }),
    'all sessions, behind many that ended': () => sessions.list({}, { ...PAGE, now }),
    'mail to a user': () => mail.list({ recipient: 'Rare9' }, { ...PAGE, now }),
    'mail that was not sent': () => mail.list({ only: 'kept' }, { ...PAGE, now }),
    'mail that was sent': () => mail.list({ only: 'sent' }, { ...PAGE, now }),
    'Spaces with secrets': () => new SecretNoteReader(db).listSpaces(PAGE),
    'Spaces with doors': () => new ProgramReader(db).list(PAGE),
    'entries by somebody': () => entries.list({ actor: 'rare' }, PAGE),
    'entries through a token': () => entries.list({ credential: 'rare' }, PAGE),
    'entries about something': () => entries.list({ subject: 'rare' }, PAGE),
    'entries from an address': () => entries.list({ address: '192.0.2.7' }, PAGE),
    'entries before a time': () => entries.list({ until: new Date(now.getTime() - ROWS * 990) }, PAGE),
  };
}

/** Every list that an owner of an organisation is shown. */
function orgListsOf(db: Db): Record<string, () => Promise<unknown>> {
  const now = new Date();
  const sessions = new LiveReader(db);
  const after = 'f'.repeat(24) as Id;
  const idOf = (n: number): Id => n.toString(16).padStart(24, '0') as Id;
  const [bare, own] = [idOf(ROWS + 1), idOf(ROWS + 2)];
  const spaces = [idOf(21), idOf(22), idOf(23)];
  const yesterday = new Date(now.getTime() - 86_400_000);
  const tally = new TallyReader(db);
  return {
    'members of an organisation': () => new OrgPeopleReader(db).list(idOf(2), { ...PAGE, after: idOf(30) }),
    'those who belong to an organisation': () => new OrgPeopleReader(db).membersAmong(idOf(2), spaces),
    'Spaces of an organisation with secrets': () => new SecretNoteReader(db).listSpacesOf(own, PAGE),
    'Spaces of an organisation without secrets': () => new SecretNoteReader(db).listSpacesOf(bare, PAGE),
    'Spaces of an organisation with doors': () => new ProgramReader(db).listOf(own, { ...PAGE, after }),
    'Spaces of an organisation without doors': () => new ProgramReader(db).listOf(bare, PAGE),
    'a Space with a door': () => new ProgramReader(db).find(idOf(14)),
    'repositories of an organisation': () => new NameReader(db).listIn(own, 200),
    'a repository of an organisation by its name': () =>
      new NameReader(db).findIn(own, { type: 'space', name: 'x7' }),
    'refusals of a few Spaces': () => tally.bySpaceOf(spaces, ['space.egress-refused'], { at: yesterday }),
    'what went through a door by the hour': () => new PassedReader(db).listHours(idOf(21), { at: yesterday }),
    'uses of secrets by the hour': () =>
      tally.byHourOf(spaces, ['secret.used'], { at: yesterday, cameAt: new Map([[idOf(21), now]]) }),
    'when a repository came': () =>
      new OrgScopeReader(db).find(own, `repo:${idOf(20)}`, () => Promise.resolve(true)),
    'rare entries about something': () => new EntrySearch(db).listAbout(RARE, PAGE),
    'last sign-ins of members': () => sessions.lastSignIns(spaces, idOf(2)),
  };
}

/** Asks all of them, and counts what each touches. */
async function judge(t: TestContext, loads: readonly string[], listsFor: typeof listsOf): Promise<void> {
  await using database = await openTestDatabase();
  await withPool(database.superuser, async (pool) => {
    for (const load of loads) await pool.query(load);
  });
  const pool = openPool(database.address, {
    ...{ connections: 1, applicationName: 'test', onError: () => undefined },
  });
  const { db, asked } = openNoting(pool);
  await using _db = db;
  for (const [name, list] of Object.entries(listsFor(db)))
    await t.test(name, async () => {
      asked.length = 0;
      await list();
      const [query] = asked;
      assert.ok(query);
      const { rows, plan } = await touched(pool, query);
      assert.ok(rows <= MOST_TOUCHED, `${rows} rows of ${ROWS} were touched\n${plan.slice(0, 3_000)}`);
    });
}

void test(
  'no list of the security centre walks a table for the few rows that a filter leaves',
  LIMIT,
  async (t) => await judge(t, [LOAD], listsOf),
);

void test(
  "no list of an organisation walks a table for what is the organisation's, however much others have",
  LIMIT,
  async (t) => await judge(t, [LOAD, LOAD_ORGS], orgListsOf),
);

void test('a rare entry about something is found page by page, and each entry once', LIMIT, async () => {
  await using database = await openTestDatabase();
  await withPool(database.superuser, async (pool) => {
    for (const load of [LOAD, LOAD_ORGS]) await pool.query(load);
  });
  const pool = openPool(database.address, {
    ...{ connections: 1, applicationName: 'test', onError: () => undefined },
  });
  await using db = new Db(new Kysely<Record<never, never>>({ dialect: new PostgresDialect({ pool }) }));
  const search = new EntrySearch(db);
  const walk = async (filter: Parameters<EntrySearch['listAbout']>[0], most: number): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < most; pages += 1) {
      const { items, next } = await search.listAbout(filter, { limit: 50, cursor });
      found.push(...items.map(({ hash }) => hash));
      if (next === undefined) return found;
      cursor = next;
    }
    return found;
  };
  const last = (3 * ROWS).toString(16).padStart(64, '0');
  assert.deepEqual(await walk(RARE, ROWS), [last]);
  assert.deepEqual(await walk({ ...RARE, kind: 'none' }, ROWS), []);
  const many = await walk({ subject: 'repo:busy', kind: 'a.b' }, 40);
  const wanted = Array.from({ length: 2_000 }, (_, n) => (2 * ROWS + n + 1).toString(16).padStart(64, '0'));
  assert.deepEqual(many, wanted);
});
