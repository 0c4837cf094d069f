// What of a query narrows a list: as conditions on repositories, as facets, and as what is searched for. What is none of
// the latter two would be tried on every repository of the hub, unless an index of the repositories serves it.
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

/** That a row, narrow or not, is of a type: said so that the indexes of one type are found. */
export function isOfType(type: RepoQuery['type']): Condition {
  return sql<boolean>`type = ${sql.lit(type)}`;
}

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
    ...(search === undefined ? [] : [matchText(search, IN_REPO)]),
  ];
}

/** What of that is a facet, as `repos.facet_keys` names them. */
export function facetsOf(query: RepoQuery, author: Id | undefined): string[] {
  const { type, tags, uses = [], pipelineTag } = query;
  const facets = [
    ...(author === undefined ? [] : [`author ${author}`]),
    ...tags.map((tag) => `tag ${tag}`),
    ...uses.map((used) => `uses ${used}`),
    ...(pipelineTag === undefined ? [] : [`pipeline ${pipelineTag}`]),
    ...(query.linked === true ? ['linked'] : []),
    ...(query.gated === true ? ['gated'] : []),
  ];
  return [...new Set(facets)].map((facet) => `${type} ${facet}`);
}

/** What is searched for, as conditions on `repos.searched`. */
export interface Search {
  readonly type: string;
  readonly matching: Condition;
  readonly words: readonly string[];
  readonly ofType: Condition;
  /** What matches has all of these, and more. */
  readonly parts: readonly Part[];
  /** Several words in one piece, where ids are searched for it. */
  readonly whole: Whole | undefined;
  /** Parts of words, as `repos.text_keys` makes them, that all that matches has. */
  readonly surely: readonly string[];
  /** What has some of the parts, and may match. */
  hasSome(parts: readonly Part[]): Condition;
}

/** Something of what is searched for. */
export interface Whole {
  /** As one text. */
  readonly sought: string;
  readonly condition: Condition;
}

/** Part of what is asked: one word, or the facets. */
export interface Part extends Whole {
  readonly word: string | undefined;
  /** It is looked for in ids and among words. */
  readonly isTwice: boolean;
}

/**
 * What the query searches for, among the repositories with all of the facets. Several facets are searched for as words are:
 * where they are frequent alone and rare together, their index is the way.
 */
export function searchOf({ type, search }: RepoQuery, facets: readonly string[]): Search | undefined {
  if (search === undefined && facets.length < 2) return undefined;
  const ofType = isOfType(type);
  const words = wordsOf(search ?? '');
  const keys = facets.map((facet) => sql`repos.facet_key(${facet})`);
  const holdsKeys = sql<boolean>`facets @> array[${sql.join(keys)}]`;
  const among: Part = { word: undefined, sought: facets.join(' '), isTwice: false, condition: holdsKeys };
  const parts = words.map((word) => partOf(word, words.length === 1 ? (search ?? '') : undefined));
  if (facets.length > 0) parts.push(among);
  const hasSome = (some: readonly Part[]): Condition => {
    const sought = some.map(({ word }) => word).filter((word) => word !== undefined);
    const ofFacets = some.includes(among) ? [among.condition] : [];
    const isOfWords = search !== undefined && (sought.length > 0 || words.length === 0);
    const ofWords = isOfWords ? [matchText(search, IN_SEARCHED, sought)] : [];
    return allOf([ofType, ...ofFacets, ...ofWords]);
  };
  const isWhole = search !== undefined && words.length > 1 && mayBePartOfId(search);
  return {
    ...{ type, ofType, words, parts, hasSome },
    matching: hasSome(parts),
    whole: isWhole ? { sought: search, condition: isPartOfId(search, IN_SEARCHED) } : undefined,
    surely: words.flatMap(surePartsOf),
  };
}

/** One of several words, or the only one, as it was written. */
function partOf(word: string, written: string | undefined): Part {
  return written === undefined
    ? { word, sought: `${word}:`, isTwice: false, condition: wordsBegin([word], IN_SEARCHED) }
    : { word, sought: written, isTwice: mayBePartOfId(written), condition: matchText(written, IN_SEARCHED) };
}

/** Words of other letters, or that may be read as numbers, are split and folded by rules that only the database knows. */
function surePartsOf(word: string): readonly string[] {
  if (word.length < 2 || !/^(?:[a-z][a-z0-9]*|\d+[a-z]*)$/.test(word)) return [];
  if (word.length === 2) return [word];
  return word.length === 3 ? [word] : [word.slice(0, 3), word.slice(1, 4)];
}

/** Conditions that hold a number of parameters within bounds; what states no number is within none. */
export function parametersWithin(bounds: RepoQuery['parameters']): Condition[] {
  if (bounds === undefined) return [];
  return [sql`parameters is not null`, ...boundsOf(bounds)];
}

/** What of these conditions the narrow rows of an order hold themselves, as conditions on them; what states no number is zero there. */
export function rangesOf({ parameters: bounds }: RepoQuery): Condition[] {
  return bounds === undefined ? [] : boundsOf(bounds);
}

function boundsOf({ min, max }: NonNullable<RepoQuery['parameters']>): Condition[] {
  return [
    ...(min === undefined ? [] : [sql<boolean>`parameters >= ${min}`]),
    ...(max === undefined ? [] : [sql<boolean>`parameters <= ${max}`]),
  ];
}

/**
 * Part of the id (served by trigrams), or all words of the search as beginnings of words in name and card (served by the
 * text index). For less than three letters or digits in a row there is no trigram to look for, and the index would list
 * all that hold the rest: then only beginnings of words are found. Without any there is nothing to find.
 */
function matchText(search: string, columns: TextColumns, sought = wordsOf(search)): Condition {
  const words = wordsOf(search);
  if (words.length === 0) return sql`false`;
  const begins = wordsBegin(sought, columns);
  return mayBePartOfId(search) ? sql`(${isPartOfId(search, columns)} or ${begins})` : begins;
}

/** What no id can hold is part of none. */
function mayBePartOfId(search: string): boolean {
  return wordsOf(search).every((word) => word.length >= 3) && !/[^\w./-]/.test(search);
}

function isPartOfId(search: string, { name }: TextColumns): Condition {
  return sql`${name} ilike ${`%${search.replaceAll(/[\\%_]/g, '\\$&')}%`}`;
}

function wordsBegin(words: readonly string[], { text }: TextColumns): Condition {
  return sql`${text} @@ to_tsquery('simple', ${words.map((word) => `${word}:*`).join(' & ')})`;
}

interface TextColumns {
  readonly name: RawBuilder<unknown>;
  readonly text: RawBuilder<unknown>;
}
const IN_REPO: TextColumns = { name: sql`(namespace || '/' || name)`, text: sql`search` };
const IN_SEARCHED: TextColumns = { name: sql`full_name`, text: sql`words` };

function wordsOf(search: string): readonly string[] {
  return search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
