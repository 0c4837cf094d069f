// Rows of sessions that ended stay as long as the sessions could have lasted.

/** Has the database refuse to delete a session before it expires. */
export const keptSessions = {
  name: 'sessions/0004-kept',
  sql: `
-- A session that ended is one row that says so. Whoever could delete it could insert it again as if it had not ended, under
-- the same seal; once it has expired, there is nothing left to bring back.
create function sessions.stay_kept() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.expires_at > now() then
    raise exception 'a session is kept until it expires';
  end if;
  return old;
end $$;
create trigger stay_kept before delete on sessions.session
  for each row execute function sessions.stay_kept();
`,
};
