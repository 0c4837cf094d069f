// Indexes for what narrows a list to few, each of them such that it can be combined with the others.

/**
 * Makes the indexes of filters anew without a condition: PostgreSQL takes two indexes with the same condition for
 * alternatives and never intersects them, so that a frequent word with a frequent tag read every repository with one of
 * both. Adds those that were missing, and has the database look closer at what tags, words and names there are, because
 * how a page is found follows from it. What waits to be put into an index of words is read with every search: little may
 * wait.
 */
export const narrowed = {
  name: 'repos/0003-narrowed',
  sql: `
drop index repos.repo_namespace, repos.repo_tags, repos.repo_search, repos.repo_trigram, repos.repo_uses;
create index repo_namespace on repos.repo (namespace_id, type, id desc);
create index repo_tags on repos.repo using gin (tags) with (gin_pending_list_limit = 256);
create index repo_search on repos.repo using gin (search) with (gin_pending_list_limit = 256);
create index repo_trigram on repos.repo
  using gin ((namespace || '/' || name) extensions.gin_trgm_ops) with (gin_pending_list_limit = 256);
create index repo_uses on repos.repo using gin (uses) with (gin_pending_list_limit = 256);
create index repo_pipeline on repos.repo (pipeline_tag) where pipeline_tag is not null;
create index repo_gated on repos.repo (type, id desc) where gated <> 'no';
create index repo_linked on repos.repo (type, id desc) where uses <> '{}';
alter table repos.repo alter column tags set statistics 1000;
alter table repos.repo alter column search set statistics 1000;
alter index repos.repo_trigram alter column 1 set statistics 1000;
`,
};
