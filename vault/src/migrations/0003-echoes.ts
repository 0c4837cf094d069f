// A value that came back in an answer is in the hands of the app, beside those of its door; and leases stay open until they are closed.

/** Adds both. */
export const vaultEchoes = {
  name: 'vault/0003-echoes',
  sql: `
-- One version may be with the door of a run and, since an answer had it in it, with the app.
alter table vault.held drop constraint held_pkey, add primary key (run, version, holder);
-- When the value was first seen in an answer. Another version has another value.
alter table vault.version add column echoed_at timestamptz;

-- What a door was allowed and has not said it used: with the run it ends as used, as often as was allowed.
create table vault.lease (
  run text not null references vault.run (run),
  -- The number of the door's question, by which it says how often it was.
  ask bigint not null,
  version text not null,
  uses integer not null,
  primary key (run, ask)
);
grant select, insert, delete on vault.lease to holdfast_vault;
`,
};
