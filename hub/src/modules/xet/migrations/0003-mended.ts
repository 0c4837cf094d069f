// Xorbs that are sent again to mend what a disk lost, and what the xorbs of a scope take in all.

/** Lets a xorb become another pack, and the bytes of a scope be summed up without looking at its rows. */
export const mendedXorbs = {
  name: 'xet/0003-mended',
  sql: `
-- The same chunks packed in another way, when the pack is gone or damaged.
grant update (pack, packed_size, chunks) on xet.xorb to holdfast_hub;
create index xorb_occupied on xet.xorb (scope_id) include (packed_size);
drop index xet.xorb_unused;
create index xorb_unused on xet.xorb (needed_at) where not used;
`,
};
