// Which secrets there are, of all Spaces, for who looks after the instance, and of an organisation's, for who administers it: their names,
// ways and age, and never a value.
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, mayOversee, type Actor } from '#modules/access';
import { SecretNoteReader } from '#modules/spaces';
import { secretsForbidden } from './faults.ts';
import { type SecretFacts, type VaultLink, type VaultStanding } from './model.ts';

/** The secrets of one Space. */
export interface SpaceSecrets {
  readonly id: Id;
  readonly name: string;
  /** Absent where the vault did not say. */
  readonly secrets: readonly SecretFacts[] | undefined;
}

/** All secrets. Each throws `secret.overview-forbidden`. */
export class SecretOverview {
  readonly #deps: { readonly db: Db; readonly vault: Pick<VaultLink, 'list' | 'standing'> };

  constructor(deps: { readonly db: Db; readonly vault: Pick<VaultLink, 'list' | 'standing'> }) {
    this.#deps = deps;
  }

  /** How the vault is. */
  async standing(actor: Actor): Promise<VaultStanding> {
    this.#require(actor);
    return await this.#deps.vault.standing();
  }

  /** A page of Spaces with their secrets, the newest Space first; `after` is the id of the last one that was shown. */
  async list(
    actor: Actor,
    page: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<Page<SpaceSecrets>> {
    this.#require(actor);
    return await this.#withSecrets(await new SecretNoteReader(this.#deps.db).listSpaces(page));
  }

  /** The same of the Spaces of one organisation, for who administers it; a page may be short, and go on all the same. */
  async listOf(
    actor: Actor,
    orgId: Id,
    page: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<Page<SpaceSecrets>> {
    if (!mayGovern(actor, orgId).allowed) throw secretsForbidden();
    return await this.#withSecrets(await new SecretNoteReader(this.#deps.db).listSpacesOf(orgId, page));
  }

  async #withSecrets({
    items,
    ...more
  }: Page<{ readonly id: Id; readonly name: string }>): Promise<Page<SpaceSecrets>> {
    // All at once: the vault is asked for a page, and answers each within seconds or not at all.
    const answers = await Promise.all(items.map(async ({ id }) => await this.#deps.vault.list(id)));
    const listed = items.map(({ id, name }, at) => {
      const answer = answers[at];
      return { id, name, secrets: answer?.kind === 'done' ? answer.secrets : undefined };
    });
    return { items: listed, ...more };
  }

  #require(actor: Actor): void {
    if (!mayOversee(actor).allowed) throw secretsForbidden();
  }
}
