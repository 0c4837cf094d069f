// When an upload was last spared because the repository holds the object.

/** Lets an object that no commit names yet be kept for whoever was told that it need not be sent. */
export const namedObjects = {
  name: 'blobs/0003-named',
  sql: `
-- Null while nobody was told. Written at most once a day.
alter table blobs.object add column named_at timestamptz;
`,
};
