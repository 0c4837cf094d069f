// Looks up the values of a session, and gives it another when what its user may do has changed.
import { type Clock } from '@holdfast/kernel/clock';
import { type Secret } from '@holdfast/kernel/secret';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type UserActor } from '#modules/access';
import { record } from '#modules/ledger';
import { type WebSession } from './model.ts';
import { insertValue, listValues } from './value-store.ts';
import { firstOf, followTurn, sealedValue, type KeptValue, type Turn } from './values.ts';

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

  /** The value that a browser goes on with that showed this one; committed with its entry before anybody has it. */
  async turn(
    by: { readonly actor: UserActor; readonly session: WebSession },
    turn: Turn,
    shown: string,
  ): Promise<Secret<string>> {
    const { db, clock, keys } = this.#deps;
    const { id, userId } = by.session;
    const { value: next, digest } = followTurn(keys, { ...turn, sessionId: id }, shown);
    if (turn.made === undefined) return next;
    const value = { ...turn.made, number: turn.to, digest, madeAt: clock.now() };
    await db.transaction(async (tx) => {
      const mac = keys.mac('session-value', sealedValue(id, value));
      // Whoever was first made the very same.
      if (!(await insertValue(tx, id, { value, mac }))) return;
      await record(tx, {
        kind: 'session.rotated',
        subject: `session:${id}`,
        ...referencesOf(by.actor),
        body: { user: userId },
      });
    });
    return next;
  }
}
