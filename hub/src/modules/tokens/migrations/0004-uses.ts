// What classic tokens were used for, so that fine-grained ones can take their place.

/** Makes the table of uses. Names are as they were. */
export const uses = {
  name: 'tokens/0004-uses',
  sql: `
create table tokens.used (
  token_id text not null references tokens.token (id),
  entity_id text not null check (entity_id ~ '^[0-9a-f]{24}$'),
  entity_type text not null check (entity_type in ('model', 'dataset', 'space', 'user', 'org')),
  entity_name text not null,
  permission text not null,
  last_at timestamptz not null,
  primary key (token_id, entity_id, permission)
);
grant select, insert, delete on tokens.used to holdfast_hub;
grant update (entity_name, last_at) on tokens.used to holdfast_hub;
`,
};
