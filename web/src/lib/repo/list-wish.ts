// What the address of a list asks for, and how to ask for something else. Pure.
import { type RepoQuery, type RepoType } from '@holdfast/hub/surfaces/web/pages';

const SORTS = ['trendingScore', 'lastModified', 'createdAt', 'downloads', 'likes'] as const;
const MODEL_SORTS = [...SORTS, 'num_parameters'] as const;
const DATASET_SORTS = [...SORTS, 'mainSize'] as const;
type Sort = (typeof MODEL_SORTS)[number] | (typeof DATASET_SORTS)[number];

const B = 1e9;
/** Sizes of models by their number of parameters. */
const SIZES = {
  s: { max: B },
  m: { min: B, max: 8 * B },
  l: { min: 8 * B, max: 70 * B },
  xl: { min: 70 * B },
} as const;
/** What a size is called in addresses. */
export type SizeName = keyof typeof SIZES;

/** The names of the sizes. */
export const SIZE_NAMES = Object.keys(SIZES) as SizeName[];

/** What each of the sizes is, in the same order. */
export const SIZE_BOUNDS = SIZE_NAMES.map((name) => SIZES[name]);

/** What a list was asked for. */
export interface ListWish {
  readonly type: RepoType;
  readonly search: string;
  readonly tags: readonly string[];
  readonly author: string;
  readonly size: SizeName | undefined;
  readonly sort: Sort;
  readonly cursor: string | undefined;
}

const MOST_TAGS = 20;
const LIMIT = 30;

/** The sorts that a list of this type can have. */
export function sortsOf(type: RepoType): readonly Sort[] {
  return type === 'model' ? MODEL_SORTS : type === 'dataset' ? DATASET_SORTS : SORTS;
}

/** What an address asks for; what makes no sense in it is passed over. */
export function readWish(type: RepoType, search: URLSearchParams): ListWish {
  const size = search.get('size') ?? '';
  return {
    type,
    search: (search.get('search') ?? '').trim().slice(0, 200),
    tags: [...new Set(search.getAll('tag'))]
      .filter((tag) => tag !== '' && tag.length <= 200)
      .slice(0, MOST_TAGS),
    author: (search.get('author') ?? '').slice(0, 96),
    size: type === 'model' && Object.hasOwn(SIZES, size) ? (size as SizeName) : undefined,
    sort: sortsOf(type).find((sort) => sort === search.get('sort')) ?? 'trendingScore',
    cursor: search.get('cursor') ?? undefined,
  };
}

/** The wish as the module takes it. */
export function queryOf(wish: ListWish): RepoQuery {
  const { type, search, tags, author, size, sort, cursor } = wish;
  return {
    ...{ type, tags, sort, ascending: false, limit: LIMIT, cards: true },
    ...(search !== '' && { search }),
    ...(author !== '' && { author }),
    ...(size !== undefined && { parameters: SIZES[size] }),
    ...(cursor !== undefined && { cursor }),
  };
}

/** The address of a list that differs in some points; without a cursor in it, from its beginning. */
export function addressOf(wish: ListWish, path: string, change: Partial<ListWish> = {}): string {
  const { search, tags, author, size, sort, cursor } = { ...wish, cursor: undefined, ...change };
  const query = new URLSearchParams([
    ...(search === '' ? [] : [['search', search]]),
    ...tags.map((tag) => ['tag', tag]),
    ...(author === '' ? [] : [['author', author]]),
    ...(size === undefined ? [] : [['size', size]]),
    ...(sort === 'trendingScore' ? [] : [['sort', sort]]),
    ...(cursor === undefined ? [] : [['cursor', cursor]]),
  ]);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** The tags with this one added, or taken away where it was there. */
export function toggled(tags: readonly string[], tag: string): string[] {
  return tags.includes(tag) ? tags.filter((one) => one !== tag) : [...tags, tag];
}
