// Which tokens somebody else than their owner was about to publish.

/** Makes the table of them. */
export const pushed = {
  name: 'tokens/0006-pushed',
  sql: `
create table tokens.pushed (
  token_id text primary key references tokens.token (id),
  at timestamptz not null
);
grant select, insert, update on tokens.pushed to holdfast_hub;
`,
};
