// The access tokens of everybody, for who looks after the instance.
import { type Clock } from '@holdfast/kernel/clock';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayOversee, type Actor } from '#modules/access';
import { AllTokensReader, type OwnedToken, type TokenCounts, type TokenFilter } from './all-tokens-store.ts';
import { tokenForbidden } from './faults.ts';

/** All tokens. Each throws `token.forbidden`. */
export class AllTokens {
  readonly #deps: { readonly db: Db; readonly clock: Clock };

  constructor(deps: { readonly db: Db; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** A page of them, the newest first; `after` is the id of the last one that was shown. */
  async list(
    actor: Actor,
    filter: TokenFilter,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page<OwnedToken>> {
    return await this.#reader(actor).list(filter, page);
  }

  /** How many live. */
  async count(actor: Actor): Promise<TokenCounts> {
    return await this.#reader(actor).count();
  }

  #reader(actor: Actor): AllTokensReader {
    if (!mayOversee(actor).allowed) throw tokenForbidden();
    return new AllTokensReader(this.#deps.db, this.#deps.clock.now());
  }
}
