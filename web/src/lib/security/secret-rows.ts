// Secrets of Spaces as rows of a table. Pure.
import { type SecretFacts } from '@holdfast/hub/surfaces/web/pages';

/** `seen`: an app can see them. */
export const SECRET_KINDS = ['seen', 'brokered'] as const;
/** Spaces of one page: the vault is asked for each. */
export const SECRET_SPACES = 20;

type Kind = (typeof SECRET_KINDS)[number];

/** A Space, and its secrets where the vault said which. */
export interface SpaceWithSecrets {
  readonly id: string;
  readonly name: string;
  readonly secrets: readonly SecretFacts[] | undefined;
}

/** Spaces with those of their secrets that are asked for. */
export function secretRows(spaces: readonly SpaceWithSecrets[], only: Kind | undefined) {
  return spaces.map(({ id, name, secrets }) => ({
    ...{ id, name },
    secrets: secrets
      ?.filter(({ way }) => only === undefined || (way === 'brokered') === (only === 'brokered'))
      .map((one) => ({
        ...{ id: one.id, name: one.name, way: one.way, hosts: one.hosts, updatedAt: one.updatedAt },
        ...{ expiresAt: one.expiresAt, lastUsedAt: one.lastUsedAt, uses: one.uses },
        echoedAt: one.echoedAt,
      })),
  }));
}
