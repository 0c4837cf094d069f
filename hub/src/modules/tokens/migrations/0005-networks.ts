// From which networks a token was used, to tell its owner of a new one.

/** Makes the table of networks. */
export const networks = {
  name: 'tokens/0005-networks',
  sql: `
create table tokens.network (
  token_id text not null references tokens.token (id),
  network text not null check (length(network) <= 64),
  last_at timestamptz not null,
  primary key (token_id, network)
);
grant select, insert, update, delete on tokens.network to holdfast_hub;
-- Where tokens were last used before this was kept is no news.
insert into tokens.network (token_id, network, last_at)
  select id, substring(last_address from '^[0-9]+[.][0-9]+[.][0-9]+') || '.0/24', last_used_at
  from tokens.token
  where last_address ~ '^[0-9]{1,3}([.][0-9]{1,3}){3}$' and last_used_at is not null;
`,
};
