// Whom the issuer knows, bound to what its owner or the operator did.

/** Makes a table of sealed links. Those of before wait in one to which the hub adds none, until it has sealed them. */
export const sealed = {
  name: 'sso/0003-sealed',
  sql: `
alter table sso.link rename to link_before;
alter index sso.link_pkey rename to link_before_pkey;
alter index sso.link_user_id_issuer_key rename to link_before_user_id_issuer_key;
revoke insert on sso.link_before from holdfast_hub;
create table sso.link (
  id text primary key,
  issuer text not null check (length(issuer) <= 500),
  subject text not null check (length(subject) between 1 and 255),
  user_id text not null references identity.account (id),
  created_at timestamptz not null,
  mac bytea not null,
  unique (issuer, subject),
  unique (user_id, issuer)
);
-- What was undone stays so: whoever kept its row, with the seal that it had, cannot put it in again. Each id is taken once, by a key:
-- a look at what was undone would see what an old snapshot shows.
create table sso.link_taken (id text primary key);
create function sso.take_once() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into sso.link_taken values (new.id);
  return new;
end $$;
create trigger take_once before insert on sso.link
  for each row execute function sso.take_once();
revoke execute on function sso.take_once() from public;
-- A link is never moved to another user.
grant select, insert, delete on sso.link to holdfast_hub;
`,
};
