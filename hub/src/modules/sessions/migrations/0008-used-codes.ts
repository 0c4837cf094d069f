// That a recovery code was used, for good.

/** The hub's role may not take it back. */
export const usedCodes = {
  name: 'sessions/0008-used-codes',
  sql: `
create function sessions.stays_used() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.used_at is not null and new.used_at is distinct from old.used_at then
    raise exception 'a recovery code that was used stays used';
  end if;
  return new;
end $$;
create trigger stays_used before update on sessions.recovery_code
  for each row execute function sessions.stays_used();
`,
};
