// From which wish on nothing may be with a run that was taken back from the Space, and since when the vault was asked for what is not heard of.

/**
 * Adds the wish that followed the last secret which was deleted: runs of older wishes may have it. And when the vault was asked last to keep
 * or delete one: an answer that never came is not waited for, and the vault is asked what there is.
 */
export const takenBack = {
  name: 'spaces/0006-taken-back',
  sql: `
alter table spaces.run add column taken_back bigint not null default 0;
alter table spaces.secrets add column asked_at timestamptz;
`,
};
