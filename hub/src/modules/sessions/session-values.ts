// Looks up the values of a session, and gives it another when what its user may do has changed.
import { type Clock } from '@holdfast/kernel/clock';
import { type Secret } from '@holdfast/kernel/secret';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type UserActor } from '#modules/access';
import { record } from '#modules/ledger';
import { type WebSession } from './model.ts';
import { insertShown, insertValue, listValues, lockLive } from './value-store.ts';
import { firstOf, followTurn, sealedValue, turnFrom, type Due, type KeptValue } from './values.ts';

/** The values of sessions. */
export class SessionValues {
  readonly #deps: { readonly db: Db; readonly clock: Clock; readonly keys: Keys };

  constructor(deps: { readonly db: Db; readonly clock: Clock; readonly keys: Keys }) {
    this.#deps = deps;
  }

  /** The latest of a session, newest first; `undefined` where one is not of our making: then it is nobody's. */
  async list(on: Db | Tx, session: WebSession): Promise<KeptValue[] | undefined> {
    const { keys } = this.#deps;
    const values: KeptValue[] = [];
    for (const { value, mac } of await listValues(on, session.id)) {
      if (!keys.verifies('session-value', sealedValue(session.id, value), mac)) return undefined;
      values.push(value);
    }
    // Unless those between were too many to read: then the first was followed long ago.
    if ((values.at(-1)?.number ?? 1) === 1) values.push(firstOf(session));
    return values;
  }

  /** Notes that a browser has this value; one of before is given it no more. */
  async noteShown({ id }: WebSession, { number, isShown }: KeptValue): Promise<void> {
    if (!isShown) await insertShown(this.#deps.db, id, number);
  }

  /**
   * The value that a browser goes on with that showed this one; committed with its entry before anybody has it. Nothing where the session
   * ended since, or the browser has shown a later one: what comes late must not take the place of that.
   */
  async turn(
    by: { readonly actor: UserActor; readonly session: WebSession },
    { from, standing }: Due,
    shown: string,
  ): Promise<Secret<string> | undefined> {
    const { db, keys } = this.#deps;
    const { id } = by.session;
    return await db.transaction(async (tx) => {
      if (!(await lockLive(tx, id))) return undefined;
      const values = (await this.list(tx, by.session)) ?? [];
      const at = values.find(({ number }) => number === from);
      const turn = at && turnFrom(at, values, standing);
      if (turn === undefined) return undefined;
      const { value, digest } = followTurn(keys, { ...turn, sessionId: id }, shown);
      if (turn.made !== undefined) await this.#make(tx, by, { ...turn.made, number: turn.to, digest });
      return value;
    });
  }

  async #make(
    tx: Tx,
    { actor, session: { id, userId } }: { readonly actor: UserActor; readonly session: WebSession },
    made: Pick<KeptValue, 'number' | 'digest' | 'standing'>,
  ): Promise<void> {
    const { clock, keys } = this.#deps;
    const value = { ...made, madeAt: clock.now(), isShown: false };
    const mac = keys.mac('session-value', sealedValue(id, value));
    // Whoever was first made the very same.
    if (!(await insertValue(tx, id, { value, mac }))) return;
    await record(tx, {
      kind: 'session.rotated',
      subject: `session:${id}`,
      ...referencesOf(actor),
      body: { user: userId },
    });
  }
}
