// Everything that a role of PostgreSQL can be tried with: to be another, to leave the database, to change the past.
import pg from 'pg';
import { type Attempt } from './attempt.ts';
import { type StolenStart } from './order.ts';

/** Runs one statement on a session of its own, outside any transaction. */
export async function query(start: StolenStart, text: string, other: pg.ClientConfig = {}): Promise<unknown> {
  const { host, port, database, user } = start.settings.postgres;
  const password = start.secrets.postgresPassword;
  const client = new pg.Client({ host, port, database, user, password, statement_timeout: 10_000, ...other });
  const warnings: string[] = [];
  client.on('error', () => undefined);
  client.on('notice', ({ severity, code, message }) => {
    if (severity === 'WARNING') warnings.push(`${code ?? ''} ${message ?? ''}`);
  });
  await client.connect();
  try {
    const { rows } = await client.query(text);
    // PostgreSQL only warns of a grant by somebody who may grant nothing.
    if (warnings.length > 0) throw new Error(warnings.join('; '));
    return rows;
  } finally {
    await client.end();
  }
}

const OTHER_ROLES = [
  'holdfast_superuser',
  'holdfast_owner',
  'holdfast_notary',
  'holdfast_vault',
  'postgres',
  'root',
  'holdfast_hub',
  'nobody',
];

/** Signing in as somebody else: with the passwords it has, with likely ones, with none, and to other databases. */
export function signInAttempts(start: StolenStart): Attempt[] {
  const { postgresPassword, hubKey } = start.secrets;
  const passwords: Readonly<Record<string, string>> = {
    'the hub’s own password': postgresPassword,
    'the hub’s key': hubKey,
    'no password': '',
    'the word postgres': 'postgres',
    'the word holdfast': 'holdfast',
  };
  // The vault's own role is named as the hub's.
  const ofVault = start.settings.postgres.user.replace('hub', 'vault');
  const asOthers = [...OTHER_ROLES, ofVault].flatMap((user) => [
    ...Object.entries({ ...passwords, 'its own name': user }).map(([said, password]) => ({
      name: `sign in as ${user} with ${said}`,
      act: () => query(start, 'select current_user', { user, password }),
    })),
  ]);
  const toOthers = ['postgres', 'template1', 'template0'].map((database) => ({
    name: `sign in to ${database}`,
    act: () => query(start, 'select 1', { database }),
  }));
  const replication = { replication: 'database' } as pg.ClientConfig;
  return [
    ...asOthers,
    ...toOthers,
    { name: 'sign in for replication', act: () => query(start, 'IDENTIFY_SYSTEM', replication) },
  ];
}

/** Statements that every one must be refused. */
export const STATEMENTS: readonly string[] = [
  // To be somebody else.
  'set role holdfast_owner',
  'set role holdfast_superuser',
  'set session authorization holdfast_owner',
  'set session authorization holdfast_superuser',
  'alter role current_user superuser',
  'alter role current_user createrole',
  'alter role current_user bypassrls',
  'alter role current_user replication',
  "alter role holdfast_owner password 'x'",
  "alter role holdfast_superuser password 'x'",
  'alter role holdfast_superuser set search_path = public',
  'alter role all set search_path = public',
  'create role intruder superuser',
  'create role intruder login',
  'grant holdfast_owner to current_user',
  'grant holdfast_superuser to current_user',
  'grant pg_read_all_data to current_user',
  'grant pg_execute_server_program to current_user',
  'grant holdfast_hub to pg_read_all_data',
  'drop role holdfast_owner',
  'drop owned by holdfast_owner',
  'reassign owned by holdfast_owner to current_user',
  // To learn what others have.
  'select * from pg_authid',
  'select * from pg_shadow',
  'select * from pg_user_mapping',
  'select * from pg_statistic',
  'select * from pg_largeobject',
  'select * from pg_hba_file_rules',
  'select * from migration.applied',
  'select * from ledger.lane',
  'show data_directory',
  'show hba_file',
  // To leave the database.
  "copy (select 1) to program 'id'",
  "copy ledger.entry (kind) from program 'id'",
  "copy (select 1) to '/tmp/intruder'",
  "copy ledger.entry (kind) from '/etc/passwd'",
  "select pg_read_file('PG_VERSION')",
  "select pg_read_binary_file('global/pg_control')",
  "select pg_ls_dir('.')",
  'select pg_ls_waldir()',
  'select pg_ls_logdir()',
  "select pg_stat_file('PG_VERSION')",
  "select lo_import('/etc/passwd')",
  "select lo_export(1, '/tmp/intruder')",
  "load '/tmp/intruder.so'",
  "create function public.intruder() returns int language c as '/tmp/intruder.so', 'intruder'",
  "create function public.intruder() returns int language internal as 'int4pl'",
  'create extension file_fdw',
  'create extension dblink',
  'create extension adminpack',
  'create extension pageinspect',
  'create foreign data wrapper intruder',
  "create tablespace intruder location '/tmp'",
  'create database intruder',
  'create schema intruder',
  'create table public.intruder (x int)',
  'create table ledger.intruder (x int)',
  'create temporary table intruder (x int)',
  'create event trigger intruder on ddl_command_start execute function ledger.refuse()',
  'create publication intruder for all tables',
  "create subscription intruder connection 'host=/tmp' publication intruder",
  // To weaken the server.
  'alter system set fsync = off',
  'alter system reset all',
  'alter database holdfast set fsync = off',
  'alter database holdfast owner to current_user',
  'drop database holdfast',
  'select pg_reload_conf()',
  'select pg_rotate_logfile()',
  'select pg_switch_wal()',
  "select pg_create_restore_point('x')",
  "select pg_create_physical_replication_slot('x')",
  'select pg_promote()',
  'set session_replication_role = replica',
  "set log_statement = 'all'",
  'checkpoint',
  'select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user or usename is null',
  // To change the past.
  "update ledger.entry set body = '{}'",
  'delete from ledger.entry',
  'truncate ledger.entry',
  'truncate ledger.entry cascade',
  'drop table ledger.entry',
  'drop table ledger.entry cascade',
  'drop schema ledger cascade',
  'drop trigger chain on ledger.entry',
  'drop trigger append_only on ledger.entry',
  'alter table ledger.entry disable trigger all',
  'alter table ledger.entry disable trigger user',
  'alter table ledger.entry drop column body',
  'alter table ledger.entry owner to current_user',
  'alter table ledger.entry rename to forgotten',
  'alter function ledger.chain() security invoker',
  'create or replace function ledger.chain() returns trigger language plpgsql as $$ begin return new; end $$',
  'create trigger intruder before insert on ledger.entry for each row execute function ledger.refuse()',
  'create rule intruder as on insert to ledger.entry do instead nothing',
  'create index on ledger.entry (kind)',
  'begin; lock table ledger.entry in share mode',
  'begin; lock table ledger.entry in access exclusive mode',
  'select * from ledger.entry for update',
  'cluster ledger.entry using entry_at',
  'reindex table ledger.entry',
  'refresh materialized view ledger.entry',
  'copy ledger.entry from stdin',
  `merge into ledger.entry e using (select 1) s on true when matched then update set body = '{}'`,
  `insert into ledger.entry (writer, lane, n, kind, subject, actor, credential, body)
   values ('holdfast_owner', 0, 1, 'repo.created', 's', 'a', '', '{}')`,
  `insert into ledger.entry (kind, subject, actor, credential, body)
   values ('repo.created', 's', 'a', '', '{}')
   on conflict (hash) do update set body = '{}'`,
  `insert into ledger.entry (kind, subject, actor, credential, body)
   values ('secret.released', 's', 'a', '', '{}')`,
  `insert into ledger.allowed_kind values ('holdfast_hub', '%')`,
  "update ledger.lane set n = 0, head = ''",
  "update ledger.lane set kinds = array['%']",
  'delete from ledger.lane',
  'update ledger.subject_head set n = 0',
  'delete from ledger.personal',
  "update ledger.personal set value = ''",
  'truncate ledger.personal',
  // To order and sign in the notary's place.
  'set role holdfast_notary',
  'grant holdfast_notary to current_user',
  'insert into notary.leaf values (0, 1, 0, 1)',
  "insert into notary.checkpoint values (0, 1, 'x')",
  "update notary.checkpoint set note = 'x'",
  'update notary.tree set size = 0',
  "update notary.tile set hashes = decode(repeat('00', 32), 'hex')",
  "insert into notary.tile values (0, 0, decode(repeat('00', 32), 'hex'))",
  'update notary.head set n = 0',
  'delete from notary.leaf',
  'truncate notary.tile',
  'begin; select * from notary.tree for update',
  'begin; lock table notary.tree in exclusive mode',
  'create or replace view notary.waiting as select null::timestamptz as since, 0::bigint as lanes',
  "select ledger.hold_subject('token:1')",
  "select ledger.move_subject('token:1', 0, '')",
  'select ledger.chain()',
  // To have what the vault has.
  'set role holdfast_vault',
  'set session authorization holdfast_vault',
  'grant holdfast_vault to current_user',
  "alter role holdfast_vault password 'x'",
  'select * from vault.space_key',
  'select * from vault.version',
  'select * from vault.ticket',
  'select * from vault.run',
  'select * from vault.held',
  "insert into vault.ticket (entry, run) values ('x', 'x')",
  'delete from vault.ticket',
  "insert into vault.space_key values ('x', 1, '')",
  'update vault.space_key set generation = 0',
  'delete from vault.space_key',
  "update vault.version set hosts = '{evil.example.com}'",
  "update vault.version set live_until = 'infinity'",
  'truncate vault.version cascade',
  'begin; lock table vault.ticket in exclusive mode',
  'drop schema vault cascade',
  'grant all on vault.version to public',
  `insert into ledger.entry (kind, subject, actor, credential, body)
   values ('secret.ended', 's', 'a', '', '{}')`,
  'grant all on ledger.entry to public',
  'alter default privileges for role holdfast_owner grant all on tables to public',
  "comment on table ledger.entry is 'nothing to see'",
  'delete from migration.applied',
  'update tokens.token set revoked_at = null',
];

/** Each statement alone, and functions that run with another's rights. */
export function databaseAttempts(start: StolenStart): Attempt[] {
  return [
    ...STATEMENTS.map((text) => ({ name: text.replaceAll(/\s+/g, ' '), act: () => query(start, text) })),
    {
      name: "a function that runs with its owner's rights",
      act: async () => {
        const found = (await query(
          start,
          `select p.oid::regprocedure::text as name from pg_proc p
            where p.prosecdef and has_function_privilege(p.oid, 'execute')
              and has_schema_privilege(p.pronamespace, 'usage')`,
        )) as unknown[];
        if (found.length === 0) throw new Error('42501 there is none');
        return found;
      },
    },
  ];
}

/** Settings of its own role, which every role may change, and which would outlive whoever made them. */
export function leftovers(start: StolenStart): Attempt[] {
  const { user, database } = start.settings.postgres;
  return [
    'alter role current_user set synchronous_commit = off',
    `alter role current_user in database ${database} set statement_timeout = 1`,
    `alter role "${user}" password 'changed'`,
  ].map((text) => ({ name: text, act: () => query(start, text) }));
}

/** What holds for a new session of its role. */
export async function readLeftovers(start: StolenStart): Promise<unknown> {
  return await query(
    start,
    `select name, setting from pg_settings
      where name in ('synchronous_commit', 'statement_timeout') and source in ('user', 'database user')`,
    { statement_timeout: undefined },
  );
}
