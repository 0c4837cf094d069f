// What lists and search keep of a repository, from its README and the names of its files.
import { type Json } from '@holdfast/kernel/canonical-json';
import { type RepoType } from '#modules/access';
import { deriveFacets, parseCard, type FacetSource, type Weights } from '#modules/cards';
import { type Facets } from './model.ts';

/** The files of a revision that say something of the repository. */
export interface FacetFiles {
  readonly type: RepoType;
  readonly readme: string | Uint8Array | undefined;
  /** Paths of the revision's files. */
  readonly paths: readonly string[];
  /** A model's `config.json`, parsed. */
  readonly config?: Json;
  /** What a model's weights hold. */
  readonly weights?: Weights | undefined;
}

// What search finds beside the name is bounded, so that one README cannot fill the text index.
const MAX_TEXT = 4000;

const MAX_USES = 500;

/** The facets of a revision. A README that cannot be read gives none of its own; it never fails a commit. */
export function facetsOf(files: FacetFiles): Facets {
  const card = parseCard(files.readme ?? '', files.type);
  const { type, paths, config, weights } = files;
  const source: FacetSource = {
    ...{ type, card, files: paths },
    ...(config !== undefined && { config }),
    ...(weights !== undefined && { weights }),
  };
  const derived = deriveFacets(source);
  const { metadata } = card;
  const sdk = typeof metadata['sdk'] === 'string' && files.type === 'space' ? metadata['sdk'] : null;
  const words = [metadata['title'], metadata['pretty_name'], ...derived.tags, metadata['short_description']];
  return {
    card: metadata,
    tags: derived.tags,
    pipelineTag: derived.pipelineTag ?? null,
    libraryName: derived.libraryName ?? null,
    sdk,
    text: words
      .filter((word) => typeof word === 'string')
      .join(' ')
      .slice(0, MAX_TEXT),
    uses: usesOf(derived),
    summary: derived.summary,
  };
}

function usesOf({ models, datasets, space }: ReturnType<typeof deriveFacets>): string[] {
  if (space === undefined) return [];
  const uses = [...models.map((id) => `model:${id}`), ...datasets.map((id) => `dataset:${id}`)];
  return [...new Set(uses.map((one) => one.toLowerCase()))].slice(0, MAX_USES);
}
