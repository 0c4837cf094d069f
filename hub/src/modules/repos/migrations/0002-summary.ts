// What lists and pages say of a repository beyond its card: what its files state of the model, what an app makes use
// of, and how large `main` is.

/**
 * Adds the columns. The size of `main` becomes unknown until the next commit counts it: it was never counted before.
 * What a Space uses is read out of the card that is kept; the rest follows with the next commit.
 */
export const summaries = {
  name: 'repos/0002-summary',
  sql: `
alter table repos.repo
  add column summary jsonb not null default '{}',
  add column uses text[] not null default '{}',
  alter column main_size drop not null,
  alter column main_size drop default;
update repos.repo set main_size = null;
update repos.repo r set uses = array(
  select distinct lower(kind || ':' || used)
  from (values ('model', 'models'), ('dataset', 'datasets')) as k (kind, field),
    jsonb_array_elements_text(
      case jsonb_typeof(r.card -> field) when 'array' then r.card -> field else '[]' end) as used
  where length(used) <= 256)
where type = 'space';
drop index repos.repo_main_size;
create index repo_main_size on repos.repo (type, coalesce(main_size, 0) desc, id desc) where deleted_at is null;
create index repo_uses on repos.repo using gin (uses) where deleted_at is null;
`,
};
