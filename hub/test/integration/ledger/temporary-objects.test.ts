// The schema for temporary objects is searched before every other one, even before the system's own, unless a function
// says otherwise. On a server of the operator's own every role may make such objects.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openPool } from '@holdfast/platform/postgres/database';
import { openTestDatabase } from '../../harness/database.ts';

// Types that, wherever a value is cast to them, run what their maker wrote with the rights of whoever casts.
const TRAP = `
  create function pg_temp.spring(v pg_catalog.varchar) returns pg_catalog.bool language plpgsql as $$
    begin
      raise exception 'sprung as %', current_user;
    end $$;
  create domain pg_temp.text as pg_catalog.varchar check (pg_temp.spring(value));
  create domain pg_temp.name as pg_catalog.varchar check (pg_temp.spring(value));
  create domain pg_temp.int8 as pg_catalog.varchar check (pg_temp.spring(value));`;

void test("a hub that may make temporary types has no code of its own run with the owner's rights", async () => {
  await using database = await openTestDatabase();
  const options = { connections: 1, applicationName: 'test', onError: () => undefined };
  const superuser = openPool(database.superuser, options);
  const hub = openPool(database.address, options);
  try {
    await superuser.query(`grant temporary on database ${database.address.database} to public`);
    await hub.query(TRAP);
    // The trap works: this is what the ledger's functions must not do.
    await assert.rejects(hub.query(`select 'x'::pg_temp.text`), /sprung as holdfast_hub_test/);
    const { rows } = await hub.query<{ hash: string }>(
      `insert into ledger.entry (kind, subject, actor, credential, body)
       values ('token.issued', 'token:1', 'a', '', '{}') returning hash`,
    );
    assert.match(rows[0]?.hash ?? '', /^[0-9a-f]{64}$/);
  } finally {
    await hub.end();
    await superuser.end();
  }
});
