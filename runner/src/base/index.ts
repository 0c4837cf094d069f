// The face of the base.
export { Base, type BaseRoot } from './base.ts';
export { type LayerOutcome, type LayerWish, makeLayer } from './make-layer.ts';
export { type BaseSource } from './recipe.ts';
