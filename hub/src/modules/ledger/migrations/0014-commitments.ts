// That what stands beside an entry as a personal value is what the entry commits to: a hub in other hands could put addresses beside
// entries of others, and have somebody pass for having been there.

/** Has the database refuse any other value, and find what was erased by its entry. */
export const commitments = {
  name: 'ledger/0014-commitments',
  sql: `
-- With the rights of its owner, as a writer of these need not read entries. Everything is named in full: a search path of its own would be
-- set anew for every value.
create function ledger.keep_commitment() returns trigger language plpgsql security definer as $$
begin
  if not exists (
    select from ledger.entry e
     where e.hash operator(pg_catalog.=) new.entry
       and (ledger.said(e.body) operator(pg_catalog.#>>) array['personal', new.field]::pg_catalog.text[]) operator(pg_catalog.=)
         pg_catalog.encode(pg_catalog.sha256(
           new.salt operator(pg_catalog.||) pg_catalog.convert_to(new.value, 'UTF8')), 'hex')) then
    raise exception 'the entry commits to no such value of %', new.field using errcode = 'check_violation';
  end if;
  return new;
end $$;
revoke all on function ledger.keep_commitment() from public;
create trigger keep_commitment before insert or update on ledger.personal
  for each row execute function ledger.keep_commitment();

create index erasure_entries on ledger.erasure using gin (entries);
`,
};
