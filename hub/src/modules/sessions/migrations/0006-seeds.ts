// Seeds of second factors are the vault's to open.

/** Says of each whether the vault sealed it, and lets the vault encrypt those anew when its root key is rotated. */
export const vaultSeeds = {
  name: 'sessions/0006-seeds',
  sql: `
-- Those from before are sealed by the hub's key, until the hub has had the vault take them.
alter table sessions.second_factor add column in_vault boolean not null default false;
-- A number of each seed that was set up: what a code of one was shown for is not done to the one that took its place meanwhile.
alter table sessions.second_factor add column enrolment text not null
  default left(replace(gen_random_uuid()::text, '-', ''), 24);
grant usage on schema sessions to holdfast_vault;
grant select (user_id, enrolment, seed, in_vault), update (seed) on sessions.second_factor to holdfast_vault;
`,
};
