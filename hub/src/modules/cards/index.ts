// The face of the cards module.
export { parseCard } from './card.ts';
export { deriveFacets, type Facets, type FacetSource } from './facets.ts';
export type { Card, Metadata, Notice, RepoType } from './model.ts';
export { type Sdk, type SpaceCard } from './space-card.ts';
export { tagsByType, type ListedTag } from './tag-list.ts';
