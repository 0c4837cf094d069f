// What the vault keeps: secrets of Spaces as ciphertext, who holds which, and which tickets were used.

/** Makes the schema, which the vault alone may read or write. */
export const vaultSecrets = {
  name: 'vault/0001-secrets',
  sql: `
create schema vault;

-- The key of a Space under the root key. Without its row nothing of the Space can be read again.
create table vault.space_key (
  space text primary key, generation integer not null, wrapped bytea not null
);

-- All but value, size, times and uses is bound to the ciphertext: a row that was changed does not open.
create table vault.version (
  id text primary key,
  space text not null,
  name text not null,
  n integer not null,
  way text not null,
  hosts text[] not null,
  places jsonb not null,
  provider text,
  expires_at timestamptz,
  description text not null,
  bytes integer not null,
  -- Gone once nothing may be handed over of it any more.
  value bytea,
  created_at timestamptz not null default clock_timestamp(),
  -- Until when a version that another one replaced may be used; null: nothing has replaced it.
  live_until timestamptz,
  uses bigint not null default 0,
  last_used_at timestamptz,
  unique (space, name, n)
);
create index version_live on vault.version (space) where value is not null;

-- A start ticket is an entry of the ledger, and good for one release.
create table vault.ticket (entry text primary key, run text not null, at timestamptz not null default clock_timestamp());

create table vault.run (
  run text primary key,
  space text not null,
  -- Which vault released it, because another one's runner knows nothing of it.
  instance text not null,
  -- For whom its values are sealed, should the vault be started anew meanwhile.
  door text not null,
  released_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  ended_at timestamptz
);
create index run_open on vault.run (instance) where ended_at is null;

-- Possession: from the release on, until the run has ended.
create table vault.held (
  run text not null references vault.run (run), version text not null, holder text not null,
  -- What the app has in place of a brokered one; worthless anywhere else.
  placeholder text,
  primary key (run, version)
);

grant usage on schema vault to holdfast_vault;
grant select, insert, update, delete on vault.space_key to holdfast_vault;
grant select, insert, update on vault.version, vault.run to holdfast_vault;
grant select, insert on vault.ticket, vault.held to holdfast_vault;

insert into ledger.allowed_kind values ('holdfast_vault', 'secret.%'), ('holdfast_hub', 'run.%');
grant usage on schema ledger, notary to holdfast_vault;
grant select, insert (kind, subject, actor, credential, body) on ledger.entry to holdfast_vault;
grant select on ledger.lane to holdfast_vault;
grant select, insert on ledger.personal to holdfast_vault;
grant select on notary.leaf, notary.writer, notary.checkpoint, notary.tile to holdfast_vault;
`,
};
