// The face of the cards module.
export { parseCard, requireValid } from './card.ts';
export { checkShown } from './check.ts';
export { deriveFacets, type Facets, type FacetSource } from './facets.ts';
export type { Card, Metadata, Notice, RepoType } from './model.ts';
export { type Sdk, type SpaceCard } from './space-card.ts';
export { tagsByType, type ListedTag } from './tag-list.ts';
export { type Summary } from './summary.ts';
export {
  addWeights,
  HEAD_LENGTH_BYTES,
  headLength,
  MAX_WEIGHT_FILES,
  parseHead,
  weightFiles,
  type Weights,
} from './weights.ts';
export { appTags } from './local-apps.ts';
