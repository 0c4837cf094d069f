// Which xorbs no file needs: what may go after a while, and what a namespace keeps without having a file of it.

/** Lets unneeded xorbs be found, and their bytes be counted, without looking at the others. */
export const usedXorbs = {
  name: 'xet/0002-used',
  sql: `
-- Whether a file is made of it. Kept in step with xet.use by whoever changes that, under the lock of the row.
alter table xet.xorb add column used boolean not null default false;
update xet.xorb x set used = true
  where exists (select from xet.use u where u.scope_id = x.scope_id and u.xorb_hash = x.hash);
create index xorb_unused on xet.xorb (scope_id, needed_at) include (packed_size) where not used;

grant update (used) on xet.xorb to holdfast_hub;
`,
};
