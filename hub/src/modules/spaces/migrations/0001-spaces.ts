// What the hub keeps of a Space beside its repository: its place on the network, its variables, what its people decided.

/**
 * Makes the `spaces` schema. Labels are given by the database itself whenever a Space gets a name, so that no way to name
 * one can forget it; the hub may only read them.
 */
export const spaces = {
  name: 'spaces/0001-spaces',
  sql: `
create schema spaces;

-- Where a Space is below the domain of Spaces. A label never leads to a Space of another namespace, not even once its
-- Space is gone: what a browser keeps for that origin must not be handed to a stranger.
create table spaces.label (
  label text primary key check (label ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' and position('--' in label) = 0),
  namespace_id text not null references identity.account (id),
  repo_id text not null references repos.repo (id),
  current boolean not null
);
create unique index label_current on spaces.label (repo_id) where current;

-- The label that anybody would expect: letters, digits and single hyphens.
create function spaces.plain_label(namespace text, name text) returns text language sql immutable
  return trim(both '-' from left(regexp_replace(lower(namespace || '-' || name), '[^a-z0-9]+', '-', 'g'), 63));

create function spaces.give_label(space repos.repo) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare plain text := spaces.plain_label(space.namespace, space.name);
begin
  update spaces.label set current = false where repo_id = space.id and current;
  -- Before the first hyphen stands the namespace, which then has none itself: else the labels of one namespace could look
  -- like another's, and a label that is taken would tell that there is a Space (a-b/c and a/b-c).
  if plain ~ '^[a-z0-9]+-' and lower(space.namespace) ~ '^[a-z0-9]+$' then
    insert into spaces.label as l values (plain, space.namespace_id, space.id, true)
      on conflict (label) do update set repo_id = excluded.repo_id, current = true
      where l.namespace_id = excluded.namespace_id and (l.repo_id = excluded.repo_id
        or exists (select from repos.repo r where r.id = l.repo_id and r.deleted_at is not null));
    if found then return; end if;
  end if;
  -- Another name of the same namespace that looks alike, or a namespace with more than letters and digits.
  insert into spaces.label as l
    values (trim(both '-' from left(plain, 54)) || '-' || left(encode(sha256(convert_to(space.id, 'UTF8')), 'hex'), 8),
      space.namespace_id, space.id, true)
    on conflict (label) do update set current = true where l.repo_id = excluded.repo_id;
  if not found then raise exception 'no label is left for the Space %', space.id; end if;
end $$;
create function spaces.keep_label() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  perform spaces.give_label(new);
  return null;
end $$;
revoke execute on function spaces.give_label(repos.repo), spaces.keep_label() from public;
create trigger space_made after insert on repos.repo
  for each row when (new.type = 'space') execute function spaces.keep_label();
create trigger space_named after update of namespace, name, namespace_id on repos.repo
  for each row when (new.type = 'space' and (old.namespace, old.name) is distinct from (new.namespace, new.name))
  execute function spaces.keep_label();
select spaces.give_label(r) from repos.repo r where type = 'space' and deleted_at is null order by id;

create table spaces.variable (
  repo_id text not null references repos.repo (id),
  name text not null,
  value text not null,
  description text,
  updated_at timestamptz not null,
  primary key (repo_id, name)
);

-- What people decided about a Space. One without a row is as it came.
create table spaces.decision (
  repo_id text primary key references repos.repo (id),
  paused boolean not null
);

grant usage on schema spaces to holdfast_hub;
grant select on spaces.label to holdfast_hub;
grant select, insert, update, delete on spaces.variable, spaces.decision to holdfast_hub;

insert into ledger.allowed_kind values ('holdfast_hub', 'space.%');
`,
};
