// Through what a repository got its content.

/**
 * Adds through which credential the head of `main` was pushed, and through which the keys of the card that name what is to be
 * preloaded got what they say. What is older has neither.
 */
export const pushers = {
  name: 'repos/0007-pushers',
  sql: `
alter table repos.repo
  add column pushed_with text,
  add column preloads_with text;
`,
};
