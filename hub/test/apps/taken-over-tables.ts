// What code in the place of the hub does with the tables that are not the hub's: nothing.
import assert from 'node:assert/strict';
import { type Site } from '../harness/app-site.ts';
import { type Intruder } from '../harness/break-in.ts';
import { openSuperuser } from '../harness/superuser.ts';

/** Every column of what is the vault's and the notary's, read, changed and filled as the hub's role. */
export async function proveTables({
  site,
  intruder,
}: {
  readonly site: Site;
  readonly intruder: Intruder;
}): Promise<void> {
  await using superuser = await openSuperuser(site.instance);
  const { rows } = await superuser.pool.query<{ table: string; column: string }>(
    `select format('%I.%I', table_schema, table_name) as table, quote_ident(column_name) as column
       from information_schema.columns where table_schema = 'vault' order by 1, 2`,
  );
  assert.ok(rows.length > 30, `${rows.length} columns`);
  const statements = rows.flatMap(({ table, column }) => [
    `select ${column} from ${table} limit 1`,
    `update ${table} set ${column} = ${column}`,
    `insert into ${table} (${column}) values (null)`,
  ]);
  const tables = [...new Set(rows.map(({ table }) => table))];
  const wholes = tables.flatMap((table) => [
    `delete from ${table}`,
    `truncate ${table}`,
    `alter table ${table} disable trigger all`,
    `drop table ${table}`,
  ]);
  const ask = [...statements, ...wholes];
  const { answers } = await intruder.obey({ ask });
  assert.deepEqual(
    answers.flatMap(({ refused }, n) => (refused === '42501' ? [] : [`${ask[n]}: ${refused}`])),
    [],
  );
}
