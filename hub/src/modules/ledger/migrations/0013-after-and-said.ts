// That the heads of lanes and chains only go on, looked at once they moved; and what entries say, read so that none of them is in the way.

/** Has the database refuse the same as before for less, and read any body. */
export const afterAndSaid = {
  name: 'ledger/0013-after-and-said',
  sql: `
-- A trigger before an update has the row locked and read first, with a record of the lock on the disk; and a condition of a trigger is
-- parsed anew for every statement, which takes longer than to call a function that is parsed once. Behind the update, what is refused is
-- undone with the statement. What names a row is refused by being set at all; what a lane may record is told by statements that set
-- nothing else. Everything is named in full, and nothing is declared: a search path of its own would be set anew at every call.
create function ledger.keep_subject_order() returns trigger language plpgsql as $$
begin
  if (new.n operator(pg_catalog.=) (old.n operator(pg_catalog.+) 1)) is not true then
    raise exception 'the ledger is append-only: % is refused', tg_op;
  end if;
  return null;
end $$;
create function ledger.keep_lane_order() returns trigger language plpgsql as $$
begin
  if (new.n operator(pg_catalog.=) (old.n operator(pg_catalog.+) 1) and new.previous operator(pg_catalog.=) old.head) is not true then
    raise exception 'the ledger is append-only: % is refused', tg_op;
  end if;
  return null;
end $$;
revoke all on function ledger.keep_subject_order(), ledger.keep_lane_order() from public;
drop trigger keep_order on ledger.subject_head;
create trigger keep_order after update of n, head on ledger.subject_head for each row execute function ledger.keep_subject_order();
create trigger keep_name before update of subject on ledger.subject_head for each statement execute function ledger.refuse();
drop trigger keep_order on ledger.lane;
create trigger keep_order after update of n, head, previous on ledger.lane for each row execute function ledger.keep_lane_order();
create trigger keep_name before update of writer, lane on ledger.lane for each statement execute function ledger.refuse();

-- Entries from before what is no object of JSON was refused stay for ever, as does what a superuser puts in. Of such a body nothing is
-- read: not the nesting that is too deep for the stack either, which no question for validity would survive.
create function ledger.said(body pg_catalog.text) returns pg_catalog.jsonb language plpgsql immutable strict as $$
begin
  return body::pg_catalog.jsonb;
exception when others then
  return null;
end $$;
revoke all on function ledger.said(text) from public;
grant execute on function ledger.said(text) to holdfast_hub;
`,
};
