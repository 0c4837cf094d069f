// Puts a population into the database of a bench's hub, each repository with one commit of a small file.
import { createHash } from 'node:crypto';
import { type Cell, type Superuser } from './database.ts';
import { type Owner, type Population } from './population.ts';

/** The file in every repository. */
export const FILE = 'config.json';
const CONTENT = Buffer.from(JSON.stringify({ model_type: 'bert', hidden_size: 768, layers: 12 }));
/** Organisations that the one who asks is a member of. */
const MEMBERSHIPS = 5;

/** Loads it; `note` is told what is being done. Rows go in without triggers and before the indexes are made. */
export async function loadPopulation(
  database: Superuser,
  population: Population,
  note: (text: string) => void,
): Promise<void> {
  await database.query(`set session_replication_role = replica`);
  await database.query(`set statement_timeout = 0`);
  await database.query(`set maintenance_work_mem = '512MB'`);
  const content = commitOf(CONTENT);
  note(`loading ${population.size} repositories of ${population.owners.length} accounts`);
  await copyOwners(database, population.owners);
  const indexes = await dropIndexes(database);
  await database.copy(`repos.repo (${COLUMNS.join(', ')})`, repoRows(population, content.commit.oid));
  note('loading names and content');
  await database.query(
    `insert into repos.name select type, namespace_id, lower(name), id, 'live' from repos.repo where head = $1`,
    [content.commit.oid],
  );
  // What the triggers do where a Space is made by the front door.
  await database.query(
    `do $$ begin perform spaces.give_label(r) from repos.repo r where type = 'space'; end $$`,
  );
  await loadContent(database, content);
  note('making what lists are gathered from');
  await database.query('call repos.make_narrow_rows()');
  note('making indexes');
  for (const index of indexes) await database.query(index);
  await joinOrganisations(database, joinedOf(population));
  await database.query('vacuum analyze');
  // As a change by the front door would tell the hub, which may have kept that these are not there.
  await database.query(`update epoch.counter set n = n + 1`);
}

async function copyOwners(database: Superuser, owners: readonly Owner[]): Promise<void> {
  await database.copy(
    'identity.account (id, kind, name, fullname, created_at)',
    owners.map(({ id, kind, name }) => [id, kind, name, name, '2022-01-01T00:00:00Z']),
  );
  await database.copy(
    'identity.name (key, lookalike, account_id, state)',
    owners.map(({ id, name }) => [name, name, id, 'live']),
  );
}

const LISTED = ['repos.repo', 'repos.facet', 'repos.searched', 'repos.ordered'];

/** Drops the indexes of what lists read, as far as nothing refers to them; gives what makes them again. */
async function dropIndexes(database: Superuser): Promise<string[]> {
  const rows = await database.query<{ drop: string; make: string }>(
    `select case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
            else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as drop,
        case when c.oid is null then pg_get_indexdef(i.indexrelid)
            else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
          end as make
       from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p'
      where i.indrelid = any($1::text[]::regclass[])
        and not exists (select from pg_constraint f where f.confrelid = i.indrelid and f.conindid = i.indexrelid)`,
    [LISTED],
  );
  for (const { drop } of rows) await database.query(drop);
  return rows.map(({ make }) => make);
}

const COLUMNS = (
  'id type namespace_id namespace name creator_id visibility gated created_at last_modified head likes likes_30d ' +
  'downloads downloads_all_time trending used_storage card tags pipeline_tag library_name text'
).split(' ');

function* repoRows(population: Population, head: string): Generator<readonly Cell[]> {
  for (const repo of population.repos()) {
    const { owner, likes, downloads } = repo;
    yield [
      ...[repo.id, repo.type, owner.id, owner.name, repo.name, owner.id, repo.visibility, repo.gated],
      ...[repo.createdAt.toISOString(), repo.lastModified.toISOString(), head],
      ...[likes, Math.floor(likes / 10), downloads, downloads * 5, repo.trending, CONTENT.length],
      ...[JSON.stringify(repo.card), repo.tags, repo.pipelineTag, repo.libraryName, repo.text],
    ];
  }
}

interface MadeObject {
  readonly kind: string;
  readonly oid: string;
  readonly body: Buffer;
}
type MadeContent = Readonly<Record<'blob' | 'tree' | 'commit', MadeObject>>;

/** A commit of one file, as git encodes it. */
function commitOf(content: Buffer): MadeContent {
  const blob = encode('blob', content);
  const entry = [Buffer.from(`100644 ${FILE}\0`), Buffer.from(blob.oid, 'hex')];
  const tree = encode('tree', Buffer.concat(entry));
  const who = 'bench <bench@localhost> 1640995200 +0000';
  const text = `tree ${tree.oid}\nauthor ${who}\ncommitter ${who}\n\nAdd a file\n`;
  return { blob, tree, commit: encode('commit', Buffer.from(text)) };
}

function encode(kind: string, body: Buffer): MadeObject {
  const oid = createHash('sha1').update(`${kind} ${body.length}\0`).update(body).digest('hex');
  return { kind, oid, body };
}

async function loadContent(database: Superuser, content: MadeContent): Promise<void> {
  const { commit, tree } = content;
  for (const { kind, oid, body } of [content.blob, tree, commit])
    await database.query(
      `insert into git.object (repo_id, oid, kind, size, bytes)
        select id, $2, $3, $4, $5 from repos.repo where head = $1 order by id`,
      [commit.oid, oid, kind, body.length, body],
    );
  await database.query(
    `insert into git.commit (repo_id, oid, tree, parents, depth, jump, jump_depth, message, author_name, author_email, at)
      select id, $1::text, $2, '{}', 1, $1::text, 1, 'Add a file', 'bench', 'bench@localhost', '2022-01-01'
        from repos.repo where head = $1 order by id`,
    [commit.oid, tree.oid],
  );
  await database.query(
    `insert into git.ref (repo_id, name, target, commit, updated_at)
      select id, 'refs/heads/main', $1::text, $1::text, created_at from repos.repo where head = $1 order by id`,
    [commit.oid],
  );
}

/** The organisations to whose repositories the administrator may write. */
export function joinedOf({ owners }: Population): readonly Owner[] {
  return owners.filter(({ kind }) => kind === 'org').slice(0, MEMBERSHIPS);
}

async function joinOrganisations(database: Superuser, orgs: readonly Owner[]): Promise<void> {
  await database.query(
    `insert into identity.membership (org_id, user_id, role)
      select unnest($1::text[]), account_id, 'write' from identity.name where key = 'admin'`,
    [orgs.map(({ id }) => id)],
  );
}
