// Indexes for what the security centre asks of all: the few rows that a filter leaves are found without the others.

/** Makes them. */
export const listed = {
  name: 'mail/0004-listed',
  sql: `
create index message_recipient on mail.message (recipient_id, id);
`,
};
