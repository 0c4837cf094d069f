// What the hub says of a repository, in the clients' shape.
import { z } from 'zod';
import { type RepoType } from '#modules/access';
import { fullName, type Repo } from '#modules/repos';
import { SpaceRuntime } from '../spaces/present.ts';

/** A file of the repository in its info. */
export interface Sibling {
  readonly rfilename: string;
  readonly size?: number;
  readonly blobId?: string;
  readonly lfs?: { readonly size: number; readonly sha256: string; readonly pointerSize: number };
}

const Lfs = z.object({ size: z.number(), sha256: z.string(), pointerSize: z.number() });

/** Info of a repository; everything but the ids is there only if it was asked for. */
export const RepoInfo = z.object({
  _id: z.string().optional(),
  id: z.string(),
  modelId: z.string().optional(),
  author: z.string().optional(),
  sha: z.string().nullable().optional(),
  private: z.boolean().optional(),
  visibility: z.string().optional(),
  gated: z.union([z.literal(false), z.string()]).optional(),
  disabled: z.boolean().optional(),
  createdAt: z.string().optional(),
  lastModified: z.string().optional(),
  likes: z.number().optional(),
  downloads: z.number().optional(),
  downloadsAllTime: z.number().optional(),
  trendingScore: z.number().optional(),
  usedStorage: z.number().optional(),
  tags: z.array(z.string()).optional(),
  pipeline_tag: z.string().optional(),
  library_name: z.string().optional(),
  'model-index': z.unknown().optional(),
  config: z
    .object({ architectures: z.array(z.string()).readonly().optional(), model_type: z.string().optional() })
    .optional(),
  transformersInfo: z
    .object({
      auto_model: z.string(),
      custom_class: z.string().optional(),
      pipeline_tag: z.string().optional(),
      processor: z.string().optional(),
    })
    .optional(),
  safetensors: z.object({ parameters: z.record(z.string(), z.number()), total: z.number() }).optional(),
  cardData: z.record(z.string(), z.unknown()).optional(),
  sdk: z.string().optional(),
  subdomain: z.string().optional(),
  host: z.string().optional(),
  runtime: SpaceRuntime.optional(),
  models: z.array(z.string()).optional(),
  datasets: z.array(z.string()).optional(),
  baseModels: z.object({ relation: z.string(), models: z.array(z.object({ id: z.string() })) }).optional(),
  description: z.string().optional(),
  citation: z.string().optional(),
  paperswithcode_id: z.string().optional(),
  mainSize: z.number().optional(),
  securityRepoStatus: z.object({ scansDone: z.boolean(), filesWithIssues: z.array(z.unknown()) }).optional(),
  xetEnabled: z.boolean().optional(),
  siblings: z
    .array(
      z.object({
        rfilename: z.string(),
        size: z.number().optional(),
        blobId: z.string().optional(),
        lfs: Lfs.optional(),
      }),
    )
    .optional(),
});
export type RepoInfo = z.input<typeof RepoInfo>;

// Fields that a repository of each type can be asked for. Those a hub without the feature behind them cannot fill stay
// absent, which clients read as unknown; a name that is not here is refused.
const SHARED_FIELDS = [
  'author',
  'cardData',
  'createdAt',
  'disabled',
  'downloads',
  'downloadsAllTime',
  'gated',
  'lastModified',
  'likes',
  'private',
  'resourceGroup',
  'sha',
  'siblings',
  'tags',
  'trendingScore',
  'usedStorage',
  'visibility',
  'xetEnabled',
];
const FIELDS: Readonly<Record<RepoType, ReadonlySet<string>>> = {
  model: new Set([
    ...SHARED_FIELDS,
    ...[
      'baseModels',
      'childrenModelCount',
      'config',
      'evalResults',
      'gguf',
      'inference',
      'inferenceProviderMapping',
      'library_name',
      'mask_token',
      'model-index',
      'pipeline_tag',
      'safetensors',
      'securityRepoStatus',
      'spaces',
      'transformersInfo',
      'widgetData',
    ],
  ]),
  dataset: new Set([...SHARED_FIELDS, 'citation', 'description', 'mainSize', 'paperswithcode_id']),
  space: new Set([
    ...SHARED_FIELDS,
    ...['datasets', 'host', 'models', 'region', 'runtime', 'sdk', 'subdomain'],
  ]),
};

/** Whether a field can be asked for. */
export function isInfoField(type: RepoType, field: string): boolean {
  return FIELDS[type].has(field);
}

// What is taken from the card as it is kept.
const OF_CARD: ReadonlySet<string> = new Set([
  'cardData',
  'datasets',
  'model-index',
  'models',
  'paperswithcode_id',
] satisfies (keyof RepoInfo)[]);

/** Whether a field cannot be filled without the card. */
export function isOfCard(field: string): boolean {
  return OF_CARD.has(field);
}

/** Everything that is known of a repository from its row. */
export function presentRepo(repo: Repo): RepoInfo {
  const { facets } = repo;
  return {
    _id: repo.id,
    id: fullName(repo),
    ...(repo.type === 'model' && { modelId: fullName(repo) }),
    author: repo.namespace,
    sha: repo.head,
    private: repo.visibility === 'private',
    visibility: repo.visibility,
    gated: repo.gated,
    disabled: false,
    createdAt: repo.createdAt.toISOString(),
    lastModified: repo.lastModified.toISOString(),
    likes: repo.likes,
    downloads: repo.downloads,
    downloadsAllTime: repo.downloadsAllTime,
    trendingScore: repo.trendingScore,
    usedStorage: repo.usedStorage,
    tags: [...facets.tags],
    cardData: { ...facets.card },
    xetEnabled: true,
    ...(facets.pipelineTag !== null && { pipeline_tag: facets.pipelineTag }),
    ...(facets.libraryName !== null && { library_name: facets.libraryName }),
    ...(facets.card['model-index'] !== undefined && { 'model-index': facets.card['model-index'] }),
    ...(repo.type === 'space' && presentSpace(repo)),
    ...(repo.type === 'model' && presentModel(repo)),
    ...(repo.type === 'dataset' && presentDataset(repo)),
  };
}

// What only reading the files of a model could tell (its mask token, a GGUF's head) or needs a feature that is not here
// (inference, evaluations, children) stays absent.
function presentModel({ facets: { summary } }: Repo): Partial<RepoInfo> {
  const { config, transformers, weights, baseModels } = summary;
  return {
    ...(config !== undefined && { config }),
    ...(transformers !== undefined && { transformersInfo: transformers }),
    ...(weights !== undefined && { safetensors: weights }),
    ...(baseModels !== undefined && {
      baseModels: { relation: baseModels.relation, models: baseModels.ids.map((id) => ({ id })) },
    }),
  };
}

function presentDataset({ mainSize, facets: { card, summary } }: Repo): Partial<RepoInfo> {
  const { description, citation } = summary;
  const paper = card['paperswithcode_id'];
  return {
    ...(mainSize !== null && { mainSize }),
    ...(description !== undefined && { description }),
    ...(citation !== undefined && { citation }),
    ...(typeof paper === 'string' && { paperswithcode_id: paper }),
  };
}

function presentSpace(repo: Repo): Partial<RepoInfo> {
  const { card, sdk } = repo.facets;
  return { ...(sdk !== null && { sdk }), models: texts(card['models']), datasets: texts(card['datasets']) };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Only what was asked for beside the ids, as the clients expect of `expand`. */
export function pickFields(info: RepoInfo, fields: readonly string[]): RepoInfo {
  const picked: Record<string, unknown> = { _id: info._id, id: info.id };
  for (const field of fields) picked[field] = info[field as keyof RepoInfo];
  return picked as RepoInfo;
}

const LISTED = [
  'modelId',
  'author',
  'sha',
  'private',
  'gated',
  'disabled',
  'createdAt',
  'lastModified',
  'likes',
  'downloads',
  'trendingScore',
  'tags',
  'pipeline_tag',
  'library_name',
  'sdk',
];

/** What a list says of each repository; `full`, `cardData` and `config` add to it. */
export function listFields(ask: { full: boolean; cardData: boolean; config: boolean }): string[] {
  return [
    ...LISTED,
    ...(ask.full || ask.cardData ? ['cardData'] : []),
    ...(ask.full ? ['siblings'] : []),
    ...(ask.config ? ['config'] : []),
  ];
}
