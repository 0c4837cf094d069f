// Makes clients forget what they sent. They remember for weeks which chunks an address has, and send those never again;
// after a backup was restored, or bytes were lost, that is no longer true, and what they register is refused.
import { type Clock } from '@holdfast/kernel/clock';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { scopeMissing } from './faults.ts';
import { generationAt } from './generation.ts';
import { raiseGenerations } from './generation-store.ts';
import { type ScopeReach } from './scopes.ts';

/** What it needs. */
export interface GenerationsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly reach: ScopeReach;
}

/** The generations of scopes. */
export class Generations {
  readonly #deps: GenerationsDeps;

  constructor(deps: GenerationsDeps) {
    this.#deps = deps;
  }

  /**
   * Gives the scopes of the repositories with this full name, or all scopes, another address: clients with the old one
   * are refused, and send everything again under the new one. Returns how many. Throws `xet.scope-missing`.
   */
  async raise(actor: Actor, name: string | undefined): Promise<number> {
    const { db, clock, epochs, reach } = this.#deps;
    return await db.transaction(async (tx) => {
      const scopes = await raiseGenerations(tx, { name, reach, least: generationAt(clock.now()) });
      if (name !== undefined && scopes.length === 0) throw scopeMissing(name);
      await epochs.advance(tx, 'repos');
      await record(tx, {
        kind: 'store.forgotten',
        subject: name === undefined ? 'scope:all' : `scope:${scopes[0]}`,
        ...referencesOf(actor),
        body: { scopes: scopes.length },
        personal: operatorFields(actor),
      });
      return scopes.length;
    });
  }
}
