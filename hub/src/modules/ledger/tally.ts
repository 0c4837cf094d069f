// How much happens, by the hour: sign-ins and refusals, for who looks after the instance.
import { type Clock } from '@holdfast/kernel/clock';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayOversee, type Actor } from '#modules/access';
import { ledgerForbidden } from './faults.ts';
import { TallyReader } from './tally-store.ts';

/** One hour, and what happened within it. */
export interface TallyHour {
  readonly at: Date;
  readonly signIns: number;
  readonly refusals: number;
  /** Requests of apps that their door did not let out. */
  readonly doorRefusals: number;
  /** Uses of brokered secrets. */
  readonly secretUses: number;
}

/** Hours, the oldest first. */
interface TallyHours {
  readonly hours: readonly TallyHour[];
  /** Of what there was more than is counted, since when it is. */
  readonly back: { readonly [kind in keyof Omit<TallyHour, 'at'>]: Date | undefined };
}

const HOUR_MS = 3_600_000;

/** Counts what happened lately. */
export class Tally {
  readonly #deps: { readonly db: Db; readonly clock: Clock };

  constructor(deps: { readonly db: Db; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** The last hours, the one that has begun included, the oldest first. Throws `ledger.forbidden`. */
  async listHours(actor: Actor, hours: number): Promise<TallyHours> {
    if (!mayOversee(actor).allowed) throw ledgerForbidden();
    const last = Math.floor(this.#deps.clock.now().getTime() / HOUR_MS) * HOUR_MS;
    const since = new Date(last - (hours - 1) * HOUR_MS);
    const reader = new TallyReader(this.#deps.db);
    const signIns = await reader.byHour(['session.begun'], since);
    const refusals = await reader.byHour(['refusal.noted', 'refusal.repeated'], since);
    const doorRefusals = await reader.byHour(['space.egress-refused'], since);
    const secretUses = await reader.byHour(['secret.used'], since);
    const counted = Array.from({ length: hours }, (_, n) => {
      const at = since.getTime() + n * HOUR_MS;
      return {
        at: new Date(at),
        signIns: signIns.of.get(at) ?? 0,
        refusals: refusals.of.get(at) ?? 0,
        doorRefusals: doorRefusals.of.get(at) ?? 0,
        secretUses: secretUses.of.get(at) ?? 0,
      };
    });
    const told = { signIns: signIns.back, refusals: refusals.back };
    return {
      hours: counted,
      back: { ...told, doorRefusals: doorRefusals.back, secretUses: secretUses.back },
    };
  }
}
