// What organisations decided about tokens.

/** Makes the table of decisions; each row is sealed by a MAC whose key is not in the database. */
export const reach = {
  name: 'tokens/0005-reach',
  sql: `
create table tokens.org_decision (
  token_id text not null references tokens.token (id),
  org_id text not null references identity.account (id),
  state text not null check (state in ('approved', 'ended')),
  at timestamptz not null,
  mac bytea not null,
  primary key (token_id, org_id)
);
grant select, insert on tokens.org_decision to holdfast_hub;
grant update (state, at, mac) on tokens.org_decision to holdfast_hub;
create function tokens.stay_ended() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.state = 'ended' and new.state <> 'ended' then
    raise exception 'a token whose reach was ended does not reach the organisation again';
  end if;
  return new;
end $$;
create trigger stay_ended before update on tokens.org_decision
  for each row execute function tokens.stay_ended();
`,
};
