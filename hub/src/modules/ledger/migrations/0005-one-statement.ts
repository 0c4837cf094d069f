// Chains an entry with one statement in place of five. An entry costs what PostgreSQL needs to set statements up more than
// what they do, so that everything is said in the one that moves the lane's head; only what is rare is said elsewhere.

/** Rewrites `ledger.chain`; what it writes, and what it refuses, stays the same. */
export const oneStatement = {
  name: 'ledger/0005-one-statement',
  sql: `
-- The head before the last one, so that the statement that moves a head can say what it was.
alter table ledger.lane add column previous text not null default '';
-- Room for the versions that a busy lane leaves behind: a new one on another page would need a new entry in the index.
alter table ledger.lane set (fillfactor = 20);

-- The trigger looks at this now: a check of a table is parsed anew for every statement.
alter table ledger.entry drop constraint entry_kind_check, drop constraint entry_subject_check,
  drop constraint entry_actor_check, drop constraint entry_credential_check, drop constraint entry_body_check;

-- Said to be immutable, it was called and not made part of the expression it stands in: what it calls is only stable.
create or replace function ledger.framed(field pg_catalog.text) returns pg_catalog.bytea language sql stable
  as $$ select pg_catalog.int4send(pg_catalog.octet_length(pg_catalog.convert_to(field, 'UTF8')))
    operator(pg_catalog.||) pg_catalog.convert_to(field, 'UTF8') $$;

-- Says why an entry is not taken. When nothing is wrong with it, makes its writer's lanes and returns 0, or 1 when they
-- are there: then the lane was held by another.
create function ledger.refuse_unfit(e ledger.entry) returns integer language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if not exists (select from ledger.allowed_kind a
                  where e.kind like a.kind and pg_has_role(session_user, a.role, 'member')) then
    raise exception 'role % may not record entries of kind %', session_user, e.kind;
  end if;
  if (e.kind ~ '^[a-z]+(\\.[a-z-]+)+$' and length(e.kind) <= 64 and length(e.subject) <= 256
      and length(e.actor) <= 256 and length(e.credential) <= 256 and octet_length(e.body) <= 65536) is not true then
    raise exception 'an entry of kind % is malformed or too long', e.kind using errcode = 'check_violation';
  end if;
  if pg_client_encoding() <> 'UTF8' then
    raise exception 'an entry is taken from a client whose encoding is UTF8, and this one has %', pg_client_encoding();
  end if;
  if (select count(*) from ledger.lane where writer = session_user) = 32 then return 1; end if;
  insert into ledger.lane select session_user, i, 0, repeat('0', 64) from generate_series(0, 31) i
    on conflict do nothing;
  return 0;
end $$;

-- Holds the chain of a token or a secret until the transaction ends.
create function ledger.hold_subject(the_subject text, out n bigint, out head text) language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into ledger.subject_head values (the_subject, 0, repeat('0', 64)) on conflict do nothing;
  select h.n, h.head into n, head from ledger.subject_head h where h.subject = the_subject for update;
end $$;

create function ledger.move_subject(the_subject text, the_n bigint, the_head text) returns void language sql
  set search_path = pg_catalog, pg_temp
  as $$ update ledger.subject_head set n = the_n, head = the_head where subject = the_subject $$;

-- A role with INSERT could forge the writer or date an entry back; what it sends for those columns is overwritten.
--
-- Without a search path of its own, which is set anew at every call; so everything is named in full. A connection begins
-- with a lane that follows from its number, and goes on to the next when another transaction is in it. An advisory lock
-- tells, which any role can hold: whoever holds all of them has the others wait for the row of their own lane, as the row's
-- lock is what keeps a chain one. The array in the binary form of the protocol, behind its header of 20 bytes, is the
-- fields as ledger.hash_entry has them, each behind its length, where the client's encoding is UTF8.
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
        and exists (select from ledger.allowed_kind a where new.kind operator(pg_catalog.~~) a.kind
          and pg_catalog.pg_has_role(session_user, a.role, 'member'))
        and new.kind operator(pg_catalog.~) '^[a-z]+(\\.[a-z-]+)+$'
        and pg_catalog.length(new.kind) operator(pg_catalog.<=) 64
        and pg_catalog.length(new.subject) operator(pg_catalog.<=) 256
        and pg_catalog.length(new.actor) operator(pg_catalog.<=) 256
        and pg_catalog.length(new.credential) operator(pg_catalog.<=) 256
        and pg_catalog.octet_length(new.body) operator(pg_catalog.<=) 65536
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

drop function ledger.take_lane(name);
revoke all on function ledger.refuse_unfit(ledger.entry), ledger.hold_subject(text),
  ledger.move_subject(text, bigint, text) from public;
`,
};
