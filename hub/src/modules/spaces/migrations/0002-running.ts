// What is wanted of the Spaces that run a program, and how they are.

/**
 * Adds what people decided, and one row for each Space that says what is wanted of it and what its runner told last. The
 * database itself notes every push, name and deletion, so that no way to make one can forget it.
 */
export const running = {
  name: 'spaces/0002-running',
  sql: `
alter table spaces.decision
  add column hardware text,
  -- Without a visitor, until it sleeps; -1: never.
  add column sleep_seconds integer check (sleep_seconds > 0 or sleep_seconds = -1),
  -- Where it may connect; null: to all public addresses.
  add column egress jsonb;

create table spaces.run (
  repo_id text primary key references repos.repo (id),
  -- Whether it runs a program and is not deleted.
  program boolean not null,
  -- Grows with each change that needs a new run, and with each factory rebuild.
  generation bigint not null default 1,
  factory bigint not null default 0,
  -- The transaction that changed what is wanted last. Whoever looks for changes asks for all from the oldest that may
  -- have been under way when they looked before, and misses none.
  changed_in xid8 not null default pg_current_xact_id(),
  -- The hub whose runner has it.
  holder text,
  -- How it is, as that runner said.
  told_generation bigint,
  stage text,
  message text,
  run_id text,
  run_commit text,
  run_started_at timestamptz
);
create index run_changed on spaces.run (changed_in);
create index run_free on spaces.run (holder) where program;

-- The hubs that have a runner. One that is late has lost its Spaces to others.
create table spaces.runner (
  hub text primary key,
  lease_until timestamptz not null
);

create function spaces.note_space() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare runs boolean := new.deleted_at is null and coalesce(new.sdk in ('gradio', 'streamlit'), false);
begin
  insert into spaces.run as r (repo_id, program) values (new.id, runs)
    on conflict (repo_id) do update
    set program = runs, generation = r.generation + 1, changed_in = pg_current_xact_id();
  return null;
end $$;
revoke execute on function spaces.note_space() from public;
create trigger space_to_run after insert on repos.repo
  for each row when (new.type = 'space') execute function spaces.note_space();
create trigger space_to_run_again after update of head, sdk, namespace, name, deleted_at on repos.repo
  for each row when (new.type = 'space' and (old.head, old.sdk, old.namespace, old.name, old.deleted_at)
    is distinct from (new.head, new.sdk, new.namespace, new.name, new.deleted_at))
  execute function spaces.note_space();
insert into spaces.run (repo_id, program)
  select id, coalesce(sdk in ('gradio', 'streamlit'), false) from repos.repo where type = 'space' and deleted_at is null;

grant select, insert, update, delete on spaces.run, spaces.runner to holdfast_hub;
`,
};
