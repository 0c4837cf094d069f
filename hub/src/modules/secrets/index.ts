// The face of `secrets`.
export {
  type SecretAuthor,
  type SecretFacts,
  type SecretWrite,
  type VaultAnswer,
  type VaultLink,
  type VaultStanding,
} from './model.ts';
export { SecretOverview, type SpaceSecrets } from './overview.ts';
export { Secrets } from './secrets.ts';
