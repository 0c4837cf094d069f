// Who likes what. A like is counted on the repository's row and recorded in the same transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { decodeCursor, encodeCursor, type Page } from '@holdfast/kernel/page';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { mayLike, referencesOf, type Actor, type GrantUses } from '#modules/access';
import { record } from '#modules/ledger';
import { cursorInvalid, repoForbidden } from './faults.ts';
import { type Repo } from './model.ts';
import { LikeStore, type Liked } from './like-store.ts';

/** Likes and unlikes repositories. */
export class Likes {
  readonly #db: Db;
  readonly #uses: GrantUses;
  readonly #clock: Clock;

  constructor(deps: { db: Db; clock: Clock; uses: GrantUses }) {
    this.#db = deps.db;
    this.#uses = deps.uses;
    this.#clock = deps.clock;
  }

  /** Likes a repository that the actor may discover. Liking twice is no error. Throws `repo.forbidden`. */
  async like(actor: Actor, repo: Repo): Promise<void> {
    const userId = this.#likerOf(actor);
    await this.#db.transaction(async (tx) => {
      if (await new LikeStore(tx).add(repo.id, userId, this.#clock.now()))
        await recordLike(tx, { kind: 'repo.liked', actor, repo });
    });
  }

  /** Takes a like back. Throws `repo.forbidden`. */
  async unlike(actor: Actor, repo: Repo): Promise<void> {
    const userId = this.#likerOf(actor);
    await this.#db.transaction(async (tx) => {
      if (await new LikeStore(tx).remove(repo.id, userId))
        await recordLike(tx, { kind: 'repo.unliked', actor, repo });
    });
  }

  /** What a user likes, newest first, of what `visibleTo` may see. Throws `repo.cursor-invalid`. */
  async listOfUser(
    userId: Id,
    page: { visibleTo: readonly string[]; cursor: string | undefined; limit: number },
  ): Promise<Page<Liked>> {
    const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    if (page.cursor !== undefined && typeof after?.value !== 'string') throw cursorInvalid();
    const store = new LikeStore(this.#db);
    const rows = await store.listOfUser(userId, { visibleTo: page.visibleTo, after, limit: page.limit + 1 });
    const items = rows.slice(0, page.limit);
    const last = items.at(-1);
    if (rows.length <= page.limit || last === undefined) return { items };
    return { items, next: encodeCursor({ value: last.instant, id: last.repoId }) };
  }

  /** How many repositories a user likes, of those that everyone may see. */
  async countOfUser(userId: Id): Promise<number> {
    return await new LikeStore(this.#db).countOfUser(userId);
  }

  /** Users who like a repository, newest first. */
  async listOfRepo(repoId: Id): Promise<{ name: string; fullname: string }[]> {
    return await new LikeStore(this.#db).listOfRepo(repoId);
  }

  #likerOf(actor: Actor): Id {
    if (actor.kind !== 'user' || !mayLike(actor).allowed) throw repoForbidden('a token that may write likes');
    const self = { type: 'user', id: actor.userId, name: actor.name } as const;
    this.#uses.note(actor, { entity: self, namespace: self, permission: 'user.social.likes.write' });
    return actor.userId;
  }
}

async function recordLike(
  tx: Tx,
  { kind, actor, repo }: { readonly kind: string; readonly actor: Actor; readonly repo: Repo },
): Promise<void> {
  await record(tx, { kind, subject: `repo:${repo.id}`, ...referencesOf(actor), body: {} });
}
