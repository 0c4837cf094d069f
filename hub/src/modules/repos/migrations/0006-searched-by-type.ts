// Indexes of words for each type alone: what is frequent among models and absent among Spaces is found absent at once.

const TYPES = ['model', 'dataset', 'space'];

const indexesOf = (type: string): string => `
create index searched_words_${type} on repos.searched using gin (words)
  with (gin_pending_list_limit = 256) where type = '${type}';
create index searched_name_${type} on repos.searched using gin (full_name extensions.gin_trgm_ops)
  with (gin_pending_list_limit = 256) where type = '${type}';`;

/** Puts an index of words and one of names for each type in the place of those for all. Facets name their type already. */
export const searchedByType = {
  name: 'repos/0006-searched-by-type',
  sql: `${TYPES.map(indexesOf).join('')}
drop index repos.searched_words, repos.searched_name;
`,
};
