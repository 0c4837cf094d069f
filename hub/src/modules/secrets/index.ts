// The face of `secrets`.
export {
  type SecretAuthor,
  type SecretFacts,
  type SecretWrite,
  type VaultAnswer,
  type VaultLink,
} from './model.ts';
export { Secrets } from './secrets.ts';
