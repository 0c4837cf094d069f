// The values that a session had after the one it began with: another for each change of what its user may do.

/** Makes the table. The hub's role adds rows and takes none away: a value that another followed stays followed. */
export const values = {
  name: 'sessions/0009-values',
  sql: `
-- Null for sessions from before: what their users might do when they began is not known.
alter table sessions.session add column standing text check (standing ~ '^[0-9a-f]{64}$');
create table sessions.value (
  session_id text not null references sessions.session (id) on delete cascade,
  number integer not null check (number > 0),
  digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
  standing text not null check (standing ~ '^[0-9a-f]{64}$'),
  made_at timestamptz not null,
  mac bytea not null,
  primary key (session_id, number)
);
-- That a browser has shown a value: from then on nobody is given it who shows one from before.
create table sessions.shown (
  session_id text not null,
  number integer not null,
  primary key (session_id, number),
  foreign key (session_id, number) references sessions.value (session_id, number) on delete cascade
);
grant select, insert on sessions.value, sessions.shown to holdfast_hub;
`,
};
