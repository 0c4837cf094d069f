// Who may hold the chain of a secret: an entry holds it until its transaction ends, and a hub in other hands could leave one open, with which
// every act of the vault on that secret would wait.

/** Has `ledger.chain` refuse who may not write about secrets before it holds anything. */
export const holders = {
  name: 'ledger/0015-holders',
  sql: `
-- As before, but for who holds what. What is of a secret is written about secrets alone, and the other way round; and of whom no lane
-- tells that they may write it, that is asked before the chain is held, not behind it.
create or replace function ledger.chain() returns trigger language plpgsql security definer as $$
declare tried pg_catalog.int4 := 0; chain_n pg_catalog.int8; chain_head pg_catalog.text;
begin
  if new.subject operator(pg_catalog.~) '^(token|secret):' then
    if (new.kind operator(pg_catalog.~~) 'secret.%') is distinct from (new.subject operator(pg_catalog.~~) 'secret:%') then
      raise exception 'role % may not record entries of kind % about %', session_user, new.kind, new.subject;
    end if;
    if new.subject operator(pg_catalog.~~) 'secret:%' and not exists (
      select from ledger.lane l where l.writer operator(pg_catalog.=) session_user
        and l.lane operator(pg_catalog.=) 0::pg_catalog.int2 and new.kind operator(pg_catalog.~~) any (l.kinds)) then
      perform ledger.refuse_unfit(new);
    end if;
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
