// Derives from a card and a list of files what repositories are listed, searched and filtered by.
import type { Json } from '@holdfast/kernel/canonical-json';
import { listArxivIds } from './arxiv.ts';
import { isLanguage } from './check.ts';
import { fieldOf, findText, isMapping, listTexts } from './fields.ts';
import { findLibrary, listFormats } from './library.ts';
import { licences } from './licences.ts';
import type { Card, Metadata, RepoType } from './model.ts';
import { presentSpace, type SpaceCard } from './space-card.ts';
import { summariseDataset, summariseModel, type BaseModels, type Summary } from './summary.ts';
import { findTask, libraries, tasks } from './vocabulary.ts';
import { type Weights } from './weights.ts';

/** What facets are derived from. */
export interface FacetSource {
  readonly type: RepoType;
  readonly card: Pick<Card, 'metadata' | 'body'>;
  /** Paths of the files of the revision. */
  readonly files: readonly string[];
  /** The content of a model's `config.json`, parsed, when there is one. */
  readonly config?: Json;
  /** What the weights of a model hold. */
  readonly weights?: Weights;
}

/** What a repository is listed by. */
export interface Facets {
  readonly tags: readonly string[];
  readonly pipelineTag: string | undefined;
  readonly libraryName: string | undefined;
  readonly languages: readonly string[];
  readonly licences: readonly string[];
  readonly datasets: readonly string[];
  readonly baseModels: BaseModels;
  /** Models that a Space uses. */
  readonly models: readonly string[];
  readonly arxivIds: readonly string[];
  /** The `extra_gated_…` fields of a gated repository. */
  readonly gate: Metadata;
  /** `pretty_name` of a dataset, `title` of a Space. */
  readonly title: string | undefined;
  readonly space: SpaceCard | undefined;
  readonly summary: Summary;
}

const MAX_TAGS = 2000;
// Fields of datasets that become tags of the same name.
const DATASET_FIELDS = [
  'task_categories',
  'task_ids',
  'annotations_creators',
  'language_creators',
  'multilinguality',
  'source_datasets',
];
const RELATIONS = ['adapter', 'finetune', 'merge', 'quantized'];

/** The facets of a repository at one revision. */
export function deriveFacets(source: FacetSource): Facets {
  const { metadata, body } = source.card;
  const facets = {
    pipelineTag: source.type === 'model' ? findPipelineTag(source) : undefined,
    libraryName: source.type === 'model' ? findLibraryName(source) : undefined,
    languages: listTexts(metadata, 'language')
      .filter(isLanguage)
      .map((code) => code.toLowerCase()),
    licences: listTexts(metadata, 'license').filter((id) => licences.has(id)),
    datasets: listTexts(metadata, 'datasets'),
    baseModels: baseModelsOf(source),
    models: source.type === 'space' ? listTexts(metadata, 'models') : [],
    arxivIds: listArxivIds(body),
    gate: gateOf(metadata),
    title: findText(metadata, source.type === 'space' ? 'title' : 'pretty_name'),
    space: source.type === 'space' ? presentSpace(metadata) : undefined,
  };
  const summary = summaryOf(source, facets.baseModels);
  const tags = { model: modelTags, dataset: datasetTags, space: spaceTags }[source.type](source, facets);
  return { ...facets, summary, tags: [...new Set(tags)].slice(0, MAX_TAGS) };
}

type Parts = Omit<Facets, 'tags' | 'summary'>;

function modelTags({ card: { metadata }, files, config }: FacetSource, parts: Parts): string[] {
  const results = fieldOf(metadata, 'model-index');
  return [
    ...present(parts.libraryName),
    ...listFormats(files),
    ...present(isMapping(config) ? findText(config, 'model_type') : undefined),
    ...present(parts.pipelineTag),
    ...listTexts(metadata, 'tags'),
    ...(results === undefined || results === null ? [] : ['model-index']),
    // The model brings code of its own, which a loader runs when told to trust it.
    ...(isMapping(config) && isMapping(fieldOf(config, 'auto_map')) ? ['custom_code'] : []),
    ...parts.languages,
    ...prefixed('dataset', parts.datasets),
    ...parts.arxivIds.map((id) => `arxiv:${id}`),
    ...baseModelTags(parts.baseModels),
    ...prefixed('license', parts.licences),
  ];
}

function baseModelTags({ relation, ids }: BaseModels): string[] {
  return [...prefixed('base_model', ids), ...prefixed(`base_model:${relation}`, ids)];
}

function baseModelsOf(source: FacetSource): BaseModels {
  const { metadata } = source.card;
  const ids = source.type === 'model' ? listTexts(metadata, 'base_model') : [];
  const stated = findText(metadata, 'base_model_relation');
  if (stated !== undefined && RELATIONS.includes(stated)) return { relation: stated, ids };
  if (ids.length > 1) return { relation: 'merge', ids };
  const library = ids.length === 0 ? undefined : findLibraryName(source);
  return { relation: library === 'peft' ? 'adapter' : library === 'gguf' ? 'quantized' : 'finetune', ids };
}

function summaryOf(source: FacetSource, baseModels: BaseModels): Summary {
  if (source.type === 'model') return summariseModel(source, { baseModels, weights: source.weights });
  return source.type === 'dataset' ? summariseDataset(source) : {};
}

function datasetTags({ card: { metadata } }: FacetSource, parts: Parts): string[] {
  return [
    ...DATASET_FIELDS.flatMap((name) => prefixed(name, listTexts(metadata, name))),
    ...prefixed('language', parts.languages),
    ...prefixed('license', parts.licences),
    ...prefixed('size_categories', listTexts(metadata, 'size_categories')),
    ...parts.arxivIds.map((id) => `arxiv:${id}`),
    ...listTexts(metadata, 'tags'),
  ];
}

function spaceTags({ card: { metadata } }: FacetSource, parts: Parts): string[] {
  return [
    ...present(parts.space?.sdk),
    ...listTexts(metadata, 'tags'),
    ...prefixed('license', parts.licences),
  ];
}

function findPipelineTag({ card: { metadata }, files, config }: FacetSource): string | undefined {
  const stated = findText(metadata, 'pipeline_tag');
  if (stated !== undefined) return stated;
  const tagged = listTexts(metadata, 'tags').find((tag) => tasks.has(tag) && tag !== 'other');
  if (tagged !== undefined) return tagged;
  const library = findLibraryName({ type: 'model', card: { metadata, body: '' }, files });
  if (library === 'sentence-transformers') return 'sentence-similarity';
  const [architecture] = isMapping(config) ? listTexts(config, 'architectures') : [];
  return library === 'transformers' && architecture !== undefined ? findTask(architecture) : undefined;
}

function findLibraryName({ card: { metadata }, files }: FacetSource): string | undefined {
  const stated = findText(metadata, 'library_name')?.toLowerCase();
  return stated ?? listTexts(metadata, 'tags').find((tag) => libraries.has(tag)) ?? findLibrary(files);
}

function gateOf(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name.startsWith('extra_gated_')));
}

function prefixed(prefix: string, values: readonly string[]): string[] {
  return values.map((value) => `${prefix}:${value}`);
}

function present(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}
