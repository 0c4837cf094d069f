// Mail that is sent: what became of each, and when it is tried next.

/** Adds what sending needs to know. */
export const delivery = {
  name: 'mail/0002-delivery',
  sql: `
alter table mail.message
  add column state text not null default 'waiting' check (state in ('waiting', 'sent', 'refused', 'given-up')),
  -- Why it was not sent, as an administrator is told.
  add column problem text not null default '',
  add column tries integer not null default 0,
  -- When it is tried next; while somebody tries, until when nobody else does.
  add column due_at timestamptz not null default now(),
  add column settled_at timestamptz;
create index message_due on mail.message (due_at, id) where state = 'waiting';
create index message_unsent on mail.message (created_at, id) where state <> 'sent';
create index message_settled on mail.message (settled_at) where state = 'sent';
drop index mail.message_created;
grant update (state, problem, tries, due_at, settled_at), delete on mail.message to holdfast_hub;
-- What was sent stays sent: nothing has it sent once more.
create function mail.stay_settled() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.state <> 'waiting' and new.state is distinct from old.state then
    raise exception 'a mail that was settled stays settled';
  end if;
  return new;
end $$;
create trigger stay_settled before update of state on mail.message
  for each row execute function mail.stay_settled();
`,
};
