// The face of `secrets`.
export {
  type FormKey,
  type FormKeyAnswer,
  type SecretAuthor,
  type SecretFacts,
  type SecretWrite,
  type VaultAnswer,
  type VaultLink,
  type VaultStanding,
} from './model.ts';
export { Echoes } from './echoes.ts';
export { SecretOverview, type SpaceSecrets } from './overview.ts';
export { SecretSinks, type SpaceSinks, type VersionSinks } from './sinks.ts';
export { type ReachOf } from './token-reach.ts';
export { whyWay } from './why-way.ts';
export { Secrets } from './secrets.ts';
