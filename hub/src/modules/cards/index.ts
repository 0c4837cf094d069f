// The face of the cards module.
export { listArxivIds } from './arxiv.ts';
export { parseCard, requireValid } from './card.ts';
export { deriveFacets, type Facets, type FacetSource } from './facets.ts';
export { cardInvalid } from './faults.ts';
export { MAX_CARD_LENGTH } from './front-matter.ts';
export { licences } from './licences.ts';
export type { Card, Metadata, Notice, RepoType } from './model.ts';
export { type Sdk, type SpaceCard } from './space-card.ts';
export { tagsByType, type ListedTag } from './tag-list.ts';
export { libraries, tasks } from './vocabulary.ts';
