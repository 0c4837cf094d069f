// What refs pointed to before they were moved away or deleted: how long it can still be had, and where to look for
// objects that nothing reaches.

/** Makes the database note every ref that lets go of commits, so that no way to move one can forget to. */
export const droppedCommits = {
  name: 'git/0002-dropped',
  sql: `
create table git.dropped (
  repo_id text collate "C" not null,
  target text collate "C" not null,
  commit text collate "C" not null,
  at timestamptz not null,
  primary key (repo_id, target)
);
create index dropped_at on git.dropped (at);

create function git.note_dropped() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  -- A new commit on top of the old one lets go of nothing.
  if tg_op = 'UPDATE' and (new.target = old.target or old.target = old.commit and exists (
       select from git.commit c
        where c.repo_id = new.repo_id and c.oid = new.commit and old.commit = any(c.parents))) then
    return null;
  end if;
  insert into git.dropped values (old.repo_id, old.target, old.commit, now())
    on conflict (repo_id, target) do update set at = excluded.at;
  return null;
end $$;
create trigger dropped after update or delete on git.ref for each row execute function git.note_dropped();

-- Nobody knows what was let go of before: every repository is looked at once.
insert into git.dropped
  select distinct on (repo_id) repo_id, target, commit, now() from git.ref order by repo_id, name
  on conflict do nothing;

-- Removing a tree asks whether a commit has it.
create index commit_tree on git.commit (repo_id, tree);

grant select, insert, update, delete on git.dropped to holdfast_hub;
`,
};
