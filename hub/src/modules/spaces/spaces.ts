// The Spaces of the instance: where each is and how it is, its variables, and pausing it. Each change is recorded in its
// transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { isRecorded, referencesOf, type Actor, type Who } from '#modules/access';
import { type Content, type Visitor } from '#modules/content';
import { type LeakMatch } from '#modules/leaks';
import { record, type Reads } from '#modules/ledger';
import {
  repoMissing,
  repoSignInNeeded,
  RepoWriter,
  requireRight,
  type Beginning,
  type Repo,
  type RepoName,
  type Repos,
} from '#modules/repos';
import { readConfiguration, type ReadConfiguration } from './configuration.ts';
import { variableInvalid, variablesFull } from './faults.ts';
import {
  problemOfVariable,
  stageOf,
  VARIABLE_LIMITS,
  type Runtime,
  type Variable,
  type VariableWish,
} from './model.ts';
import { LabelCache } from './label-cache.ts';
import { SpaceReader, SpaceWriter } from './store.ts';

/** What Spaces need. */
export interface SpacesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly repos: Repos;
  readonly content: Content;
  readonly reads: Reads;
  readonly leaks: Pick<LeakMatch, 'begin'>;
}

/** A Space as it is served. */
export interface ServedSpace extends ReadConfiguration {
  readonly repo: Repo;
  /** The label that it has now. */
  readonly label: string;
  readonly paused: boolean;
}

/** A change to a Space, in the transaction that holds its repository. */
interface Scene {
  readonly tx: Tx;
  readonly actor: Actor;
  readonly repo: Repo;
  readonly writer: SpaceWriter;
}

/** The Spaces. */
export class Spaces {
  readonly #deps: SpacesDeps;
  readonly #labels: LabelCache;

  constructor(deps: SpacesDeps) {
    this.#deps = deps;
    this.#labels = new LabelCache(deps);
  }

  /** How a Space is, for who may know of it. Throws what `Repos.get` throws. */
  async runtime(actor: Actor, name: RepoName): Promise<Runtime> {
    return await this.#runtimeOf(await this.#deps.repos.get(actor, { type: 'space', ...name }, 'discover'));
  }

  /**
   * The Space to which a label leads, as it is now, for who may know of it. Throws what `Repos.get` throws, and for a label
   * that leads nowhere the same.
   */
  async open(actor: Actor, label: string): Promise<ServedSpace> {
    const { db, repos } = this.#deps;
    const known = await this.#labels.find(label);
    if (known === undefined) throw actor.kind === 'anonymous' ? repoSignInNeeded() : repoMissing();
    // Members alone see the files of a protected Space; what they make is for everybody.
    const open = known.repo.visibility === 'protected' && known.repo.gated === false;
    repos.require(actor, open ? 'discover' : 'read', known.repo);
    const repo = await repos.findById(known.repo.id);
    if (repo === undefined) throw repoMissing();
    const paused = await new SpaceReader(db).isPaused(repo.id);
    return { repo, label: known.label, paused, ...readConfiguration(repo.facets.card) };
  }

  /**
   * The variables of a Space, for who may read its files; on the ledger where not everybody may. Throws what `Repos.get`
   * throws.
   */
  async listVariables({ actor, address }: Visitor, name: RepoName): Promise<Variable[]> {
    const { db, repos, reads } = this.#deps;
    const repo = await repos.get(actor, { type: 'space', ...name }, 'read');
    const what = { repoId: repo.id, revision: '', path: 'variables' };
    if (isRecorded(repo)) await reads.recordRead({ ...referencesOf(actor), address, ...what });
    return await new SpaceReader(db).listVariables(repo.id);
  }

  /**
   * Keeps a variable. Returns all that there are then. Throws `space.variable-invalid`, `space.variables-full`,
   * `leak.token-in-text` for a value that should be a secret, and what `Repos.get` throws.
   */
  async setVariable(who: Who, name: RepoName, wish: VariableWish): Promise<Variable[]> {
    await this.#requireVariables([wish]);
    return await this.#change(who, name, async (scene) => {
      const { tx, actor, repo, writer } = scene;
      await putVariables(scene, [wish], this.#deps.clock.now());
      await recordChange(tx, actor, { kind: 'space.variable-set', repo, body: { name: wish.name } });
      return await writer.listVariables(repo.id);
    });
  }

  /** Removes a variable; that there is none is no error. Returns those that are left. Throws what `Repos.get` throws. */
  async deleteVariable(who: Who, name: RepoName, variable: string): Promise<Variable[]> {
    return await this.#change(who, name, async ({ tx, actor, repo, writer }) => {
      if (await writer.removeVariable(repo.id, variable))
        await recordChange(tx, actor, { kind: 'space.variable-deleted', repo, body: { name: variable } });
      return await writer.listVariables(repo.id);
    });
  }

  /** Has a Space be served no more, until it is started again. Throws what `Repos.get` throws. */
  async pause(who: Who, name: RepoName): Promise<Runtime> {
    return await this.#setPaused(who, name, true);
  }

  /** Starts a Space again. Throws what `Repos.get` throws. */
  async restart(who: Who, name: RepoName): Promise<Runtime> {
    return await this.#setPaused(who, name, false);
  }

  /**
   * What else belongs to a Space that is made or copied: these variables, and those of the one it is a copy of. Run it in
   * the transaction that makes the repository. Throws as `setVariable` does.
   */
  async beginning(variables: readonly VariableWish[]): Promise<Beginning> {
    await this.#requireVariables(variables);
    return async (tx, actor, { repo, from }) => {
      const writer = new SpaceWriter(tx);
      const copied = from === undefined ? [] : await writer.listVariables(from.id);
      const all = [...copied, ...variables];
      if (all.length === 0) return;
      await putVariables({ writer, repo }, all, this.#deps.clock.now());
      const names = [...new Set(all.map((variable) => variable.name))].toSorted();
      await recordChange(tx, actor, { kind: 'space.variables-begun', repo, body: { names } });
    };
  }

  /** Removes what is kept of a Space whose repository is erased. */
  async erase(repoId: Id): Promise<void> {
    await this.#deps.db.transaction((tx) => new SpaceWriter(tx).erase(repoId));
  }

  async #runtimeOf({ id }: Pick<Repo, 'id'>): Promise<Runtime> {
    const { db, repos, content } = this.#deps;
    const space = await new SpaceReader(db).find(id);
    // The row as it is now: a cached one may be as old as the last change of a name.
    const repo = await repos.findById(id);
    // Deleted meanwhile.
    if (space === undefined || repo === undefined) throw repoMissing();
    const { configuration, problems } = readConfiguration(repo.facets.card);
    const path = configuration?.appFile;
    const file =
      path === undefined || repo.head === null
        ? undefined
        : await content.findVisited({ repo, commit: repo.head, path });
    const appFile = path === undefined ? undefined : { path, there: file !== undefined };
    return {
      ...stageOf({ paused: space.paused, problems, appFile }),
      notices: problems.map(({ text }) => text),
      label: space.label,
    };
  }

  async #requireVariables(variables: readonly VariableWish[]): Promise<void> {
    const search = this.#deps.leaks.begin();
    for (const variable of variables) {
      const problem = problemOfVariable(variable);
      if (problem !== undefined) throw variableInvalid(variable.name, problem);
      // Everybody who may read the Space sees them.
      await search.add(
        `the variable ${variable.name}`,
        Buffer.from(`${variable.value}\n${variable.description ?? ''}`),
      );
    }
    await search.finish();
  }

  async #setPaused(who: Who, name: RepoName, paused: boolean): Promise<Runtime> {
    const repo = await this.#change(who, name, async ({ tx, actor, repo: held, writer }) => {
      await writer.setPaused(held.id, paused);
      const kind = paused ? 'space.paused' : 'space.restarted';
      await recordChange(tx, actor, { kind, repo: held, body: {} });
      return held;
    });
    return await this.#runtimeOf(repo);
  }

  /** Does the work while the repository is held; who acts is asked again then, because it may have waited. */
  async #change<Result>(who: Who, name: RepoName, work: (scene: Scene) => Promise<Result>): Promise<Result> {
    const { db, repos } = this.#deps;
    const { id } = await repos.get(await who(), { type: 'space', ...name }, 'write');
    return await db.transaction(async (tx) => {
      const repo = await new RepoWriter(tx).lock(id);
      const actor = await who();
      requireRight(actor, 'write', repo);
      return await work({ tx, actor, repo, writer: new SpaceWriter(tx) });
    });
  }
}

async function putVariables(
  { writer, repo }: Pick<Scene, 'writer' | 'repo'>,
  variables: readonly VariableWish[],
  at: Date,
): Promise<void> {
  for (const variable of variables) await writer.putVariable(repo.id, variable, at);
  const { count } = VARIABLE_LIMITS;
  if ((await writer.listVariables(repo.id)).length > count) throw variablesFull(count);
}

async function recordChange(
  tx: Tx,
  actor: Actor,
  { kind, repo, body }: { readonly kind: string; readonly repo: Repo; readonly body: object },
): Promise<void> {
  await record(tx, { kind, subject: `repo:${repo.id}`, ...referencesOf(actor), body: { ...body } });
}
