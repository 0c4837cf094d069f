// What a repository is, how it is named, and what a list of them can be asked. Pure.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Gating, type RepoSubject, type RepoType, type Visibility } from '#modules/access';
import { type Summary } from '#modules/cards';

/** Through which credentials a repository got its content: their references. */
export interface Pushers {
  readonly head: string | null;
  /** What its card wants preloaded. */
  readonly preloads: string | null;
}

/** What a repository is called in URLs. */
export interface RepoName {
  readonly namespace: string;
  readonly name: string;
}

/** A repository as everyone who may discover it sees it. */
export interface Repo {
  readonly id: Id;
  readonly type: RepoType;
  readonly namespaceId: Id;
  readonly namespace: string;
  readonly name: string;
  readonly creatorId: Id | null;
  readonly visibility: Visibility;
  readonly gated: Gating;
  readonly createdAt: Date;
  readonly lastModified: Date;
  /** The commit that `main` points to. */
  readonly head: Sha1 | null;
  readonly likes: number;
  /** In the last 30 days. */
  readonly downloads: number;
  readonly downloadsAllTime: number;
  readonly trendingScore: number;
  /** Bytes of all its objects, each counted once. */
  readonly usedStorage: number;
  /** Bytes of the files of `main`; `null` until a commit counts them. */
  readonly mainSize: number | null;
  readonly facets: Facets;
}

/** What the README and the files of `main` say of a repository, kept for lists and search. */
export interface Facets {
  /** The README's front matter. */
  readonly card: { readonly [key: string]: Json };
  readonly tags: readonly string[];
  readonly pipelineTag: string | null;
  readonly libraryName: string | null;
  readonly sdk: string | null;
  /** Text that a search may find beside the name. */
  readonly text: string;
  /** What a Space makes use of, as `model:id` and `dataset:id` in lower case. */
  readonly uses: readonly string[];
  readonly summary: Summary;
}

/** What a repository without files says of itself. */
export const NO_FACETS: Facets = {
  card: {},
  tags: [],
  pipelineTag: null,
  libraryName: null,
  sdk: null,
  text: '',
  uses: [],
  summary: {},
};

/** `namespace/name`. */
export function fullName(repo: RepoName): string {
  return `${repo.namespace}/${repo.name}`;
}

/** What `may…` needs to know of a repository. */
export function subjectOf(repo: Repo): RepoSubject {
  return {
    kind: 'repo',
    id: repo.id,
    type: repo.type,
    name: repo.name,
    namespaceId: repo.namespaceId,
    creatorId: repo.creatorId,
    visibility: repo.visibility,
    gated: repo.gated,
  };
}

const NAME = /^\w(?:[\w.-]{0,94}\w)?$/;

/** Whether a text can name a repository: the clients' rule. */
export function isRepoName(text: string): boolean {
  return NAME.test(text) && !text.includes('--') && !text.includes('..') && !/\.(git|ipynb)$/i.test(text);
}

/** What lists can be sorted by, in the clients' words. */
export const SORTS = [
  'createdAt',
  'downloads',
  'lastModified',
  'likes',
  'likes30d',
  'trendingScore',
  'num_parameters',
  'mainSize',
  'id',
] as const;
export type Sort = (typeof SORTS)[number];

/** What a list is asked for. */
export interface RepoQuery {
  readonly type: RepoType;
  readonly search?: string;
  readonly author?: string;
  /** Every one of these tags. */
  readonly tags: readonly string[];
  /** Every one of these, as in `Facets.uses`. */
  readonly uses?: readonly string[];
  /** Only Spaces that make use of anything. */
  readonly linked?: boolean;
  readonly pipelineTag?: string;
  readonly gated?: boolean;
  /** Bounds on the number of parameters. */
  readonly parameters?: { readonly min?: number; readonly max?: number };
  readonly sort: Sort;
  readonly ascending: boolean;
  readonly limit: number;
  readonly cursor?: string;
  /** Whether the cards are shown; a page of many long ones ends early. */
  readonly cards?: boolean;
}

/** Settings that can be changed; what is absent stays. */
export interface SettingsChange {
  readonly visibility?: Visibility;
  readonly gated?: Gating;
  readonly discussionsDisabled?: boolean;
}
