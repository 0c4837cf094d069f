// That the heads of lanes and chains only go on, and that a superuser records nothing as itself.

/** Has the database refuse both, to the owner of the schema as well, as long as the rules stand. */
export const headsKept = {
  name: 'ledger/0011-heads-kept',
  sql: `
-- Set back, a lane has every entry after it refused; set forward or to another head, it leaves a gap that looks like a deletion.
-- As conditions, so that an entry costs no call of a function more.
-- Heads of subjects first, as an entry takes them: a hub of before may be running.
create trigger keep_order before update on ledger.subject_head for each row
  when (new.subject <> old.subject or new.n <> old.n + 1)
  execute function ledger.refuse();
create trigger keep_order before update on ledger.lane for each row
  when (new.writer <> old.writer or new.lane <> old.lane
    or (new.n = old.n and (new.head <> old.head or new.previous <> old.previous))
    or (new.n <> old.n and (new.n <> old.n + 1 or new.previous <> old.head)))
  execute function ledger.refuse();
create trigger begin_at_none before insert on ledger.subject_head for each row when (new.n <> 0) execute function ledger.refuse();
create trigger begin_at_none before insert on ledger.lane for each row when (new.n <> 0) execute function ledger.refuse();

-- A superuser is in every group by being one, and an owner who made our groups may give them away: neither has what they are for.
create or replace function ledger.kinds_of(the_writer name) returns text[] language sql stable
  set search_path = pg_catalog, pg_temp
  as $$ select coalesce(array_agg(a.kind order by a.kind), '{}') from ledger.allowed_kind a
          join pg_roles w on w.rolname = the_writer join pg_roles g on g.rolname = a.role
         where pg_has_role(w.oid, g.oid, 'usage') and not w.rolsuper $$;
update ledger.lane set kinds = ledger.kinds_of(writer) where kinds <> ledger.kinds_of(writer);

create or replace function ledger.refuse_unfit(e ledger.entry) returns integer language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if (e.kind like any (ledger.kinds_of(session_user))) is not true then
    raise exception 'role % may not record entries of kind %', session_user, e.kind;
  end if;
  if (e.kind ~ '^[a-z]+(\\.[a-z-]+)+$' and length(e.kind) <= 64 and length(e.subject) <= 256
      and length(e.actor) <= 256 and length(e.credential) <= 256 and octet_length(e.body) <= 65536) is not true then
    raise exception 'an entry of kind % is malformed or too long', e.kind using errcode = 'check_violation';
  end if;
  if pg_client_encoding() <> 'UTF8' then
    raise exception 'an entry is taken from a client whose encoding is UTF8, and this one has %', pg_client_encoding();
  end if;
  if exists (select from ledger.lane where writer = session_user and lane = 31 and e.kind like any (kinds)) then
    return 1;
  end if;
  -- What is taken out of the table meanwhile would stay in lanes that are made, or told, by what was there before.
  lock table ledger.allowed_kind in share mode;
  -- A role that was granted after the lanes were made.
  update ledger.lane set kinds = ledger.kinds_of(session_user)
    where writer = session_user and kinds <> ledger.kinds_of(session_user);
  insert into ledger.lane (writer, lane, n, head, kinds)
    select session_user, i, 0, repeat('0', 64), ledger.kinds_of(session_user) from generate_series(0, 31) i
    on conflict do nothing;
  return 0;
end $$;
`,
};
