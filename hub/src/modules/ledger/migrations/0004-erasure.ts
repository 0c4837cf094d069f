// Erasing personal values, by a row that is put down for it: its trigger does it, and cannot do it in silence. Whoever takes
// the hub over and wants to hide from where somebody came leaves an entry that says how much they erased.

/** Makes the table, which is the hub's only way to erase. */
export const erasure = {
  name: 'ledger/0004-erasure',
  sql: `
insert into ledger.allowed_kind values ('holdfast_hub', 'personal.%');

-- Which entries lose their values, by whom, and the body of the entry that says so, whose digest the row then has.
create table ledger.erasure (
  entry text primary key, entries text[] not null, actor text not null, said text not null
);

create function ledger.erase_personal() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare erased bigint;
begin
  delete from ledger.personal where entry = any(new.entries);
  get diagnostics erased = row_count;
  if (new.said::jsonb ->> 'erased')::bigint is distinct from erased then
    raise exception '% values are erased, and the entry says otherwise', erased;
  end if;
  insert into ledger.entry (kind, subject, actor, credential, body)
    values ('personal.erased', 'ledger:personal', new.actor, '', new.said) returning hash into new.entry;
  return new;
end $$;
create trigger erase before insert on ledger.erasure for each row execute function ledger.erase_personal();

revoke all on function ledger.erase_personal() from public;
grant insert (entries, actor, said), select on ledger.erasure to holdfast_hub;
`,
};
