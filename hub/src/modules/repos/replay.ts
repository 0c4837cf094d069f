// Does once more what an export of the ledger says was done to repositories and names after a backup that was put back. Invariants:
// only while the instance is sealed, so that nobody is served what was deleted, and no running hub has a way to delete a
// repository past the rights of its owners; it deletes, moves and takes names, and opens nothing.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { enqueue } from '@holdfast/platform/queue';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { AccountReader, accountMissing, takeLostName, type Account } from '#modules/identity';
import { record } from '#modules/ledger';
import { ERASE_TASK } from './erase-task.ts';
import { replayUnsealed, repoNameInvalid } from './faults.ts';
import { requireFreeName } from './free-name.ts';
import { fullName, isRepoName, type Repo } from './model.ts';
import { RepoWriter } from './store.ts';

/** One act of an export, by the ids that it names. */
export type ReplayedAct =
  /** Does nothing: whether all the others would be done, which is asked before the first. */
  | { readonly act: 'begin' }
  | { readonly act: 'repo-deleted'; readonly id: Id }
  | {
      readonly act: 'repo-moved';
      readonly id: Id;
      readonly namespace: Id;
      /** Absent where it is not known: then it keeps the one it has. */
      readonly name?: string | undefined;
    }
  | {
      readonly act: 'account-created';
      readonly id: Id;
      readonly kind: Account['kind'];
      readonly name: string;
    };

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
}

/** Replays what a restored database has lost. */
export class Replay {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Does one act again; returns what it was done to is called. Throws `repo.replay-unsealed`, `repo.missing`, `account.missing`,
   * `account.name-taken`, `repo.exists`, `repo.name-redirects`.
   */
  async replay(actor: Actor, act: ReplayedAct, { sealed }: { readonly sealed: boolean }): Promise<string> {
    if (!sealed || actor.kind !== 'operator') throw replayUnsealed();
    if (act.act === 'begin') return '';
    const { db, clock } = this.#deps;
    const now = clock.now();
    return await db.transaction(async (tx) => {
      if (act.act === 'account-created')
        return await takeLostName(tx, actor, { ...act, type: act.kind, at: now });
      if (act.act === 'repo-moved') return await this.#move(tx, actor, act);
      const writer = new RepoWriter(tx);
      const repo = await writer.lock(act.id);
      await writer.delete(act.id, now);
      await enqueue(tx, { task: ERASE_TASK, payload: { repo: act.id } });
      await this.#record(tx, actor, { kind: 'repo.deleted', repo, body: { head: repo.head } });
      return fullName(repo);
    });
  }

  // Within no quota: it was within one when it was moved first.
  async #move(
    tx: Tx,
    actor: Actor,
    { id, namespace, name }: Extract<ReplayedAct, { act: 'repo-moved' }>,
  ): Promise<string> {
    const writer = new RepoWriter(tx);
    const repo = await writer.lock(id);
    const accounts = new AccountReader(tx);
    const target = await accounts.findById(namespace);
    // One that was deleted has names that nothing may lead to.
    if (target === undefined || (await accounts.findByName(target.name))?.id !== namespace)
      throw accountMissing(namespace);
    const to = { namespaceId: namespace, namespace: target.name, name: name ?? repo.name };
    if (!isRepoName(to.name)) throw repoNameInvalid(to.name);
    await requireFreeName(tx, actor, { type: repo.type, ...to, movingId: id });
    await writer.leaveName(repo, 'redirect');
    await writer.rename(id, to);
    const moved = { ...repo, ...to };
    await writer.takeName(moved);
    await this.#record(tx, actor, { kind: 'repo.moved', repo: moved, body: { from: repo.namespaceId } });
    return fullName(moved);
  }

  async #record(
    tx: Tx,
    actor: Actor,
    { kind, repo, body }: { readonly kind: string; readonly repo: Repo; readonly body: object },
  ): Promise<void> {
    await this.#deps.epochs.advance(tx, 'repos');
    await record(tx, {
      ...{ kind, subject: `repo:${repo.id}`, ...referencesOf(actor) },
      body: {
        ...{ type: repo.type, namespace: repo.namespaceId, visibility: repo.visibility },
        ...{ ...body, replayed: true },
      },
      personal: { name: fullName(repo), ...operatorFields(actor) },
    });
  }
}
