// What goes through the doors of Spaces, and what their doors refused, for who looks after the instance. It shows names of
// private Spaces and opens none of them.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayOversee, type Actor } from '#modules/access';
import { TallyReader } from '#modules/ledger';
import { trafficForbidden } from './faults.ts';
import { type Runs } from './runs.ts';
import { ProgramReader, type ListedProgram } from './traffic-store.ts';
import { type Usage } from './wish.ts';

/** One Space. */
export interface SpaceTraffic extends ListedProgram {
  /** What its run moved, where this hub has one. */
  readonly usage: Usage | undefined;
  /** Since yesterday: requests that were not let out, uses of brokered secrets, and those where they did not belong. */
  readonly refusals: number;
  readonly secretUses: number;
  readonly misplaced: number;
}

const DAY_MS = 86_400_000;

/** Doors of all Spaces. */
export class Traffic {
  readonly #deps: { readonly db: Db; readonly clock: Clock; readonly runs: Runs | undefined };

  constructor(deps: { readonly db: Db; readonly clock: Clock; readonly runs: Runs | undefined }) {
    this.#deps = deps;
  }

  /** A page of Spaces that run programs, the newest first. Throws `space.traffic-forbidden`. */
  async list(
    actor: Actor,
    page: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<Page<SpaceTraffic>> {
    if (!mayOversee(actor).allowed) throw trafficForbidden();
    const { db, clock, runs } = this.#deps;
    const since = new Date(clock.now().getTime() - DAY_MS);
    const tally = new TallyReader(db);
    const refusals = await tally.bySpace(['space.egress-refused'], since);
    const secretUses = await tally.bySpace(['secret.used'], since);
    const misplaced = await tally.bySpace(['secret.misplaced', 'secret.echoed'], since);
    const { items, ...more } = await new ProgramReader(db).list(page);
    const counted = (program: ListedProgram): SpaceTraffic => ({
      ...program,
      usage: runs?.find(program.id)?.usage,
      refusals: refusals.get(program.id) ?? 0,
      secretUses: secretUses.get(program.id) ?? 0,
      misplaced: misplaced.get(program.id) ?? 0,
    });
    return { items: items.map(counted), ...more };
  }
}
