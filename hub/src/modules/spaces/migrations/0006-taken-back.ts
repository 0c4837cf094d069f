// From which wish on nothing may be with a run that was taken back from the Space.

/** Adds the wish that followed the last secret which was deleted: runs of older wishes had it. */
export const takenBack = {
  name: 'spaces/0006-taken-back',
  sql: `
alter table spaces.run add column taken_back bigint not null default 0;
`,
};
