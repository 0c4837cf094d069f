// What pages show of a repository. Pure.
import { type Repo, type RepoType } from '@holdfast/hub/surfaces/web/pages';
import { repoPath } from './address.ts';
import { type Language } from '../words/words.ts';
import { libraryName, taskName } from './ecosystem.ts';

/** A repository as a line of a list. */
export interface ShownRepo {
  readonly type: RepoType;
  readonly path: string;
  readonly namespace: string;
  readonly name: string;
  readonly visibility: string;
  readonly gated: boolean;
  readonly task: string | undefined;
  /** What people call the task. */
  readonly taskName: string | undefined;
  readonly library: string | undefined;
  /** What people call the library. */
  readonly libraryName: string | undefined;
  readonly sdk: string | undefined;
  readonly title: string | undefined;
  readonly parameters: number | undefined;
  readonly size: number | undefined;
  readonly likes: number;
  readonly downloads: number;
  readonly createdAt: Date;
  readonly lastModified: Date;
}

/** The line of a repository, for a reader of that language. */
export function presentRepo(repo: Repo, language: Language): ShownRepo {
  const { facets, type } = repo;
  const task = facets.pipelineTag ?? textsOf(facets.card['task_categories'])[0];
  const library = facets.libraryName ?? undefined;
  return {
    type,
    path: repoPath(type, repo),
    namespace: repo.namespace,
    name: repo.name,
    visibility: repo.visibility,
    gated: repo.gated !== false,
    ...{ task, taskName: task && taskName(task, language) },
    ...{ library, libraryName: library && libraryName(library) },
    sdk: facets.sdk ?? undefined,
    title: textsOf(facets.card[type === 'space' ? 'title' : 'pretty_name'])[0],
    parameters: facets.summary.weights?.total,
    size: repo.mainSize ?? undefined,
    likes: repo.likes,
    downloads: repo.downloads,
    createdAt: repo.createdAt,
    lastModified: repo.lastModified,
  };
}

/** What the card of a repository says of it, beside its text. */
export interface ShownFacts {
  readonly licences: readonly string[];
  readonly languages: readonly string[];
  readonly tags: readonly string[];
  readonly baseModels: readonly string[];
  readonly datasets: readonly string[];
  readonly architecture: string | undefined;
}

const MOST_TAGS = 24;

/** What the card says. Its fields may hold anything. */
export function presentFacts({ facets }: Repo): ShownFacts {
  const { card, summary, tags } = facets;
  // What has a line of its own is no tag besides.
  const named = new Set([
    ...textsOf(card['language']),
    ...[facets.pipelineTag, facets.libraryName, facets.sdk].filter((one) => one !== null),
  ]);
  return {
    licences: tags.filter((tag) => tag.startsWith('license:')).map((tag) => tag.slice('license:'.length)),
    languages: textsOf(card['language']).slice(0, 20),
    tags: tags
      .filter((tag) => !named.has(tag) && (!tag.includes(':') || tag.startsWith('arxiv:')))
      .slice(0, MOST_TAGS),
    baseModels: (summary.baseModels?.ids ?? []).slice(0, 10),
    datasets: textsOf(card['datasets']).slice(0, 10),
    architecture: summary.config?.architectures?.[0],
  };
}

function textsOf(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values
    .filter((one) => typeof one === 'string' && one !== '')
    .map((one) => String(one).slice(0, 200));
}

/** The repository that a card names, where it names one that can be. */
export function repoNamed(id: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^([\w.-]{1,96})\/([\w.-]{1,96})$/.exec(id) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
