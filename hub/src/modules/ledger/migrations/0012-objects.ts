// What an entry says is an object of JSON. Questions to the ledger read into it, and nobody can delete an entry: one that a hub in
// other hands wrote without such a text would have every question that comes across it fail, for good.

/** Has `ledger.chain` refuse any other. */
export const objects = {
  name: 'ledger/0012-objects',
  sql: `
-- As before, but for what is said, and for the kinds: those that lanes are told.
create or replace function ledger.refuse_unfit(e ledger.entry) returns integer language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if (e.kind like any (ledger.kinds_of(session_user))) is not true then
    raise exception 'role % may not record entries of kind %', session_user, e.kind;
  end if;
  if (e.kind ~ '^[a-z]+(\\.[a-z-]+)+$' and length(e.kind) <= 64 and length(e.subject) <= 256
      and length(e.actor) <= 256 and length(e.credential) <= 256 and octet_length(e.body) <= 65536
      and jsonb_typeof(e.body::jsonb) = 'object') is not true then
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

-- As before, but for what is said. A longer text is not read at all.
create or replace function ledger.chain() returns trigger language plpgsql security definer as $$
declare tried pg_catalog.int4 := 0; chain_n pg_catalog.int8; chain_head pg_catalog.text;
begin
  if new.subject operator(pg_catalog.~) '^(token|secret):' then
    select h.n, h.head into chain_n, chain_head from ledger.hold_subject(new.subject) h;
    chain_n := chain_n operator(pg_catalog.+) 1;
  end if;
  new.at := pg_catalog.clock_timestamp();
  loop
    update ledger.lane l set n = l.n operator(pg_catalog.+) 1, previous = l.head,
        head = pg_catalog.encode(pg_catalog.sha256(pg_catalog.substring(pg_catalog.array_send(array[
          'holdfast/ledger-entry/v1', session_user::pg_catalog.text, l.lane::pg_catalog.text,
          (l.n operator(pg_catalog.+) 1)::pg_catalog.text, l.head, ledger.instant(new.at), new.kind, new.subject,
          coalesce(chain_n, 0)::pg_catalog.text, coalesce(chain_head, '${'0'.repeat(64)}'),
          new.actor, new.credential, new.body]), 21)), 'hex')
      where l.writer operator(pg_catalog.=) session_user
        and l.lane operator(pg_catalog.=) ((pg_catalog.pg_backend_pid() operator(pg_catalog.+) tried)
          operator(pg_catalog.%) 32)::pg_catalog.int2
        and (tried operator(pg_catalog.>=) 32
          or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashname(session_user), l.lane))
        and new.kind operator(pg_catalog.~~) any (l.kinds)
        and new.kind operator(pg_catalog.~) '^[a-z]+(?:\\.[a-z-]+)+$'
        and pg_catalog.length(new.kind) operator(pg_catalog.<=) 64
        and greatest(pg_catalog.length(new.subject), pg_catalog.length(new.actor), pg_catalog.length(new.credential))
          operator(pg_catalog.<=) 256
        and case when pg_catalog.octet_length(new.body) operator(pg_catalog.<=) 65536
          then pg_catalog.jsonb_typeof(new.body::pg_catalog.jsonb) operator(pg_catalog.=) 'object' else false end
        and pg_catalog.pg_client_encoding() operator(pg_catalog.=) 'UTF8'::pg_catalog.name
      returning session_user, l.lane, l.n, l.previous, l.head, pg_catalog.pg_current_xact_id(), coalesce(chain_n, 0),
        coalesce(chain_head, '${'0'.repeat(64)}')
      into new.writer, new.lane, new.n, new.previous, new.hash, new.xid, new.subject_n, new.subject_previous;
    exit when found;
    if tried operator(pg_catalog.>) 32 then raise exception 'there is no lane for %', session_user; end if;
    if tried operator(pg_catalog.>) 0 then tried := tried operator(pg_catalog.+) 1;
    else tried := ledger.refuse_unfit(new); end if;
  end loop;
  if new.subject_n operator(pg_catalog.>) 0 then
    perform ledger.move_subject(new.subject, new.subject_n, new.hash);
  end if;
  return new;
end $$;
`,
};
