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
`,
};
