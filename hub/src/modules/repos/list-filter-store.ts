// What of a query narrows a list, as conditions that an index serves. A condition that none serves would be tried on
// every repository of the hub.
import { sql, type RawBuilder } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type RepoQuery } from './model.ts';

/** Whose private repositories may appear. */
export interface Reach {
  readonly namespaces: readonly string[];
  readonly repos: readonly string[];
}

/** A condition on the columns of `repos.repo`. */
export type Condition = RawBuilder<boolean>;

/** Joins conditions. */
export function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** That a repository is public, or within the reach. */
export function visibleWithin(reach: Reach): Condition {
  if (reach.namespaces.length === 0 && reach.repos.length === 0) return sql`visibility <> 'private'`;
  return sql`(visibility <> 'private' or namespace_id = any(${reach.namespaces}::text[])
    or id = any(${reach.repos}::text[]))`;
}

/**
 * What the query asks for beside the type, in which few or many repositories may differ; none where it asks for all.
 * `author` is the account behind the query's author.
 */
export function conditionsOf(query: RepoQuery, author: Id | undefined): Condition[] {
  const { tags, uses, pipelineTag, search } = query;
  return [
    ...(author === undefined ? [] : [sql<boolean>`namespace_id = ${author}`]),
    ...(tags.length === 0 ? [] : [sql<boolean>`tags @> ${tags}::text[]`]),
    ...(uses === undefined ? [] : [sql<boolean>`uses @> ${uses}::text[]`]),
    ...(query.linked === true ? [sql<boolean>`uses <> '{}'`] : []),
    ...(pipelineTag === undefined ? [] : [sql<boolean>`pipeline_tag = ${pipelineTag}`]),
    ...(query.gated === undefined
      ? []
      : [query.gated ? sql<boolean>`gated <> 'no'` : sql<boolean>`gated = 'no'`]),
    ...parametersWithin(query.parameters),
    ...(search === undefined ? [] : [matchText(search)]),
  ];
}

// Through the expression that the index holds; what states no number is within no bounds.
function parametersWithin(bounds: RepoQuery['parameters']): Condition[] {
  if (bounds === undefined) return [];
  return [
    sql`parameters is not null`,
    ...(bounds.min === undefined ? [] : [sql<boolean>`coalesce(parameters, 0) >= ${bounds.min}`]),
    ...(bounds.max === undefined ? [] : [sql<boolean>`coalesce(parameters, 0) <= ${bounds.max}`]),
  ];
}

/**
 * Part of the id (served by trigrams), or all words of the search as beginnings of words in name and card (served by the
 * text index). For less than three letters or digits in a row there is no trigram to look for, and the index would list
 * all that hold the rest: then only beginnings of words are found. Without any there is nothing to find.
 */
function matchText(search: string): Condition {
  const words = wordsOf(search);
  if (words.length === 0) return sql`false`;
  const terms = words.map((word) => `${word}:*`).join(' & ');
  const begins = sql<boolean>`search @@ to_tsquery('simple', ${terms})`;
  // What no id can hold is part of none.
  if (words.some((word) => word.length < 3) || /[^\w./-]/.test(search)) return begins;
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql`((namespace || '/' || name) ilike ${pattern} or ${begins})`;
}

/** Whether a search is for single letters and digits alone: many words begin with any of them. */
export function isForLetters(search: string): boolean {
  return wordsOf(search).every((word) => word.length === 1);
}

function wordsOf(search: string): readonly string[] {
  return search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
