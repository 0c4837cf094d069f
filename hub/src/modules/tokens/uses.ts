// What classic tokens are used for: gathered in memory, written once in a while. Cheap and bounded: the same use is noted
// once an hour, and a token that reaches many repositories is noted by namespaces.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type GrantUse, type GrantUses, type UserActor } from '#modules/access';
import { UseStore, type UsedThing } from './use-store.ts';

const AGAIN_MS = 3_600_000;
const MOST_NOTED = 50_000;
const MOST_WAITING = 10_000;
/** More things of one token are not told apart. */
const MOST_THINGS = 100;

/** Notes and tells what classic tokens are used for. */
export class TokenUses implements GrantUses {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #noted = new Map<string, number>();
  #waiting = new Map<string, { tokenId: Id; use: GrantUse; at: Date }>();

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
    if (this.#noted.size >= MOST_NOTED) this.#noted.clear();
    this.#noted.set(key, at.getTime());
    if (this.#waiting.size < MOST_WAITING) this.#waiting.set(key, { tokenId: credential.id, use, at });
  }

  /** Writes what was noted since the last call. */
  async flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const byToken = Map.groupBy(this.#waiting.values(), ({ tokenId }) => tokenId);
    this.#waiting = new Map();
    for (const [tokenId, noted] of [...byToken].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      await this.#db.transaction(async (tx) => {
        const store = new UseStore(tx);
        let things = (await store.listOf(tokenId)).length;
        for (const { use, at } of noted) {
          const entity = things < MOST_THINGS ? use.entity : use.namespace;
          if (await store.put(tokenId, { entity, permission: use.permission }, at)) things += 1;
        }
      });
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
