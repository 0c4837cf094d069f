// How much namespaces may store.

/** Makes the `upkeep` schema with the quotas that the operator set, and counts once what was not counted before. */
export const upkeepQuotas = {
  name: 'upkeep/0002-quotas',
  sql: `
create schema upkeep;

-- What the operator decided about one namespace; null is without a limit. Others have the configured one.
create table upkeep.quota (
  namespace_id text primary key references identity.account (id),
  bytes bigint check (bytes >= 0)
);

-- First commits, squashes and tags were left out.
update repos.repo r set used_storage =
  (select coalesce(sum(size), 0) from git.object o where o.repo_id = r.id)
  + (select coalesce(sum(size), 0) from blobs.object o where o.repo_id = r.id)
 where deleted_at is null;

grant usage on schema upkeep to holdfast_hub;
grant select, insert, update, delete on all tables in schema upkeep to holdfast_hub;
`,
};
