// What classic tokens are used for: gathered in memory, written once in a while. Cheap and bounded: the same use is noted
// once an hour, and a token that reaches many repositories is noted by namespaces. What could not be written waits for the next time:
// who mints a narrower token by what is shown would else leave out what was used while the database was away.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { isDatabaseAway } from '@holdfast/platform/postgres/faults';
import { type GrantUse, type GrantUses, type UserActor } from '#modules/access';
import { UseStore, type UsedThing } from './use-store.ts';

const AGAIN_MS = 3_600_000;
const MOST_NOTED = 50_000;
const MOST_WAITING = 10_000;
/** What could not be written for so long never will be: its token is gone, or something is wrong with it. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** More things of one token are not told apart. */
const MOST_THINGS = 100;

/** A use that waits to be written. */
interface Noted {
  readonly tokenId: Id;
  readonly use: GrantUse;
  readonly at: Date;
}

/** Notes and tells what classic tokens are used for. */
export class TokenUses implements GrantUses {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #noted = new Map<string, number>();
  readonly #waiting = new Map<string, Noted>();

  constructor(deps: { db: Db; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  note({ grant, credential }: UserActor, use: GrantUse): void {
    if (grant.role === 'fineGrained' || credential.kind !== 'token') return;
    const key = `${credential.id}/${use.entity.id}/${use.permission}`;
    const at = this.#clock.now();
    const before = this.#noted.get(key);
    if (before !== undefined && at.getTime() - before < AGAIN_MS) return;
    // Not noted, either: the next use is, when there is room again.
    if (this.#waiting.size >= MOST_WAITING && !this.#waiting.has(key)) return;
    if (this.#noted.size >= MOST_NOTED) this.#noted.clear();
    this.#noted.set(key, at.getTime());
    this.#waiting.set(key, { tokenId: credential.id, use, at });
  }

  /** Writes what waits. What cannot be written waits on, and keeps none of another token; throws then, when all was tried. */
  async flush(): Promise<void> {
    const byToken = Map.groupBy(this.#waiting, ([, { tokenId }]) => tokenId);
    const failures: unknown[] = [];
    for (const [tokenId, noted] of [...byToken].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      try {
        await this.#write(
          tokenId,
          noted.map(([, one]) => one),
        );
        this.#forget(noted);
      } catch (error) {
        failures.push(error);
        // Thousands that each wait for a connection would keep everything else from being written for hours.
        if (isDatabaseAway(error)) break;
        const before = this.#clock.now().getTime() - LONGEST_WAIT_MS;
        this.#forget(noted.filter(([, { at }]) => at.getTime() < before));
      }
    if (failures.length > 0) throw new AggregateError(failures, 'not all uses of tokens could be written');
  }

  async #write(tokenId: Id, noted: readonly Noted[]): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const store = new UseStore(tx);
      let things = (await store.listOf(tokenId)).length;
      for (const { use, at } of noted) {
        const entity = things < MOST_THINGS ? use.entity : use.namespace;
        if (await store.put(tokenId, { entity, permission: use.permission }, at)) things += 1;
      }
    });
  }

  // The same that was noted again meanwhile is not what was written.
  #forget(noted: readonly (readonly [key: string, noted: Noted])[]): void {
    for (const [key, one] of noted) if (this.#waiting.get(key) === one) this.#waiting.delete(key);
  }

  /**
   * What a token was used for, as the scopes of a fine-grained one that could do the same: one for each thing, what may be
   * written may be read.
   */
  async listScopes(tokenId: Id): Promise<string[]> {
    const byEntity = Map.groupBy(await new UseStore(this.#db).listOf(tokenId), ({ entity }) => entity.id);
    return [...byEntity.values()].map(scopeOf);
  }
}

function scopeOf(things: readonly UsedThing[]): string {
  const all = new Set(things.map(({ permission }) => permission));
  if (all.has('repo.write')) all.delete('repo.content.read');
  const [first] = things;
  return `${first?.entity.type ?? ''}:${first?.entity.name ?? ''}=${[...all].toSorted().join(',')}`;
}
