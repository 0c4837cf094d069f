// For which repository a xorb was sent: where several share a scope, that is no business of the others.

/** Notes for which repository each xorb was sent. */
export const sentForXorbs = {
  name: 'xet/0004-sent-for',
  sql: `
-- Null where it was sent for several, and for what came before this was noted.
alter table xet.xorb add column sent_for text;
grant update (sent_for) on xet.xorb to holdfast_hub;
`,
};
