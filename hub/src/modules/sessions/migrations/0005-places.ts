// From where users signed in, to tell them of a sign-in from elsewhere.

/** Makes the table of places. */
export const places = {
  name: 'sessions/0005-places',
  sql: `
create table sessions.place (
  user_id text not null references identity.account (id),
  network text not null check (length(network) <= 64),
  last_at timestamptz not null,
  primary key (user_id, network)
);
grant select, insert, update, delete on sessions.place to holdfast_hub;
`,
};
