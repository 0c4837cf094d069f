// A membership that groups gave, and that somebody took away by hand.

/**
 * Has the mark of a membership end with the membership, whoever ends it. One that stayed would have a membership that somebody gave by
 * hand later end at the next sign-on, as if groups had given it.
 */
export const removed = {
  name: 'sso/0004-removed',
  sql: `
-- First of all, so that nobody takes a membership away between the two, or waits for one of the tables with the other in hand.
lock table identity.membership, sso.membership in share row exclusive mode;
delete from sso.membership s where not exists (
  select from identity.membership m where m.org_id = s.org_id and m.user_id = s.user_id);
alter table sso.membership add foreign key (org_id, user_id)
  references identity.membership (org_id, user_id) on delete cascade;
create index membership_org on sso.membership (org_id, user_id);
`,
};
