// The Spaces of the instance: where each is and how it is, its variables, and pausing it. Each change is recorded in its
// transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { isRecorded, operatorFields, referencesOf, type Actor, type Who } from '#modules/access';
import { type Content, type Visitor } from '#modules/content';
import { type LeakMatch } from '#modules/leaks';
import { record, type Reads } from '#modules/ledger';
import { type Removal, type Removals } from '#modules/removals';
import {
  fullName,
  repoMissing,
  RepoReader,
  RepoWriter,
  requireRight,
  type Beginning,
  type Repo,
  type RepoName,
  type Repos,
} from '#modules/repos';
import { readConfiguration, type ReadConfiguration } from './configuration.ts';
import { hardwareUnavailable, hardwareUnknown, operatorOnly, variableInvalid } from './faults.ts';
import { isSilent, stageOf, type Reached, type Runtime, type Variable, type VariableWish } from './model.ts';
import { type Decisions, type Egress, type HardwareKinds } from './decisions.ts';
import { LabelCache } from './label-cache.ts';
import { nobodysSpace } from './nobodys-space.ts';
import { openBeginning, type BeginningWish } from './beginning.ts';
import { recordChange } from './record-change.ts';
import { putVariables, requireVariables } from './keep-variables.ts';
import { type LogRing } from './log-ring.ts';
import { findRunFacts, programOf, reachProgram, requireHosts } from './program-state.ts';
import { RunWriter } from './run-store.ts';
import { type Runs } from './runs.ts';
import { type LogKind, type Usage } from './wish.ts';
import { SecretNoteReader } from './secret-note-store.ts';
import { SpaceReader, SpaceWriter } from './store.ts';
import { VisitCache } from './visit-cache.ts';

/** What Spaces need. */
export interface SpacesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly repos: Repos;
  readonly content: Content;
  readonly reads: Reads;
  readonly leaks: Pick<LeakMatch, 'begin'>;
  readonly removals: Pick<Removals, 'doOrTake' | 'pausesSpace'>;
  /** Absent where no programs are run. */
  readonly runs: Runs | undefined;
  readonly whyNoPrograms: string | null;
  readonly hardware: HardwareKinds;
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

/** Something that people decide about a Space. */
interface Act {
  readonly kind: string;
  readonly decided: Partial<Decisions>;
  /** What goes on record; without it, what was decided. */
  readonly body?: object;
  /** Whether what runs is to be replaced. */
  readonly newRun: boolean;
  readonly factory?: boolean;
}

type PauseOfSpace = Extract<Removal, { kind: 'space' }>;

/** Members alone see the files of a protected Space; what they make is for everybody. */
function actionOfOpening({ visibility, gated }: Repo): 'discover' | 'read' {
  return visibility === 'protected' && gated === false ? 'discover' : 'read';
}

/** The Spaces. */
export class Spaces {
  readonly #deps: SpacesDeps;
  readonly #labels: LabelCache;
  readonly #nobodys = nobodysSpace();
  readonly #visits: VisitCache<Omit<ServedSpace, 'label'>>;

  constructor(deps: SpacesDeps) {
    this.#deps = deps;
    this.#labels = new LabelCache(deps);
    this.#visits = new VisitCache(deps);
  }

  /** What Spaces may be given; the first is usual. */
  get hardware(): HardwareKinds {
    return this.#deps.hardware;
  }

  /** How a Space is, for who may know of it. Throws what `Repos.get` throws. */
  async runtime(actor: Actor, name: RepoName): Promise<Runtime> {
    return await this.#runtimeOf(await this.#deps.repos.get(actor, { type: 'space', ...name }, 'discover'));
  }

  /** The same of a Space that is known already, whatever it is called by now. Throws what `Repos.getKnown` throws. */
  async runtimeById(actor: Actor, id: Id): Promise<Runtime> {
    return await this.#runtimeOf(await this.#deps.repos.getKnown(actor, id, 'discover'));
  }

  /**
   * The Space to which a label leads, as it is now, for who may know of it. Throws what `Repos.get` throws, and for a label
   * that leads nowhere the same.
   */
  async open(actor: Actor, label: string): Promise<ServedSpace> {
    const { db, repos } = this.#deps;
    const known = await this.#labels.find(label);
    if (known === undefined) {
      repos.require(actor, 'read', this.#nobodys);
      throw repoMissing();
    }
    repos.require(actor, actionOfOpening(known.repo), known.repo);
    const now = await this.#visits.find(known.repo.id, {
      ask: async () => {
        const repo = await repos.findById(known.repo.id);
        if (repo === undefined) throw repoMissing();
        const { paused } = await new SpaceReader(db).decisions(repo.id);
        return { repo, paused, ...this.#read(repo) };
      },
      // Of a static one each visitor meets the last push.
      mayKeep: ({ configuration }) => configuration?.program !== undefined,
    });
    return { ...now, paused: this.#isPaused(now.repo, now.paused), label: known.label };
  }

  /** Whether somebody would see what a Space serves, who knows of it already. */
  mayOpen(actor: Actor, repo: Repo): boolean {
    try {
      requireRight(actor, actionOfOpening(repo), repo);
      return true;
    } catch (error) {
      if (isFault(error)) return false;
      throw error;
    }
  }

  /** What a visitor of a program meets, whom `open` let in. */
  async reach(repoId: Id, visitor: Actor): Promise<Reached> {
    return await reachProgram(repoId, referencesOf(visitor), this.#deps);
  }

  /**
   * Somebody is sent to a run, until what is returned is disposed of. To be called as soon as `reach` has answered: once anything else
   * was waited for, the run may be gone.
   */
  enter(repoId: Id, run: Id): Disposable {
    return this.#deps.runs?.visitors.enter(repoId, run) ?? new DisposableStack();
  }

  /** Settles at the next change of a program's state, or when the signal aborts. */
  async changed(repoId: Id, signal: AbortSignal): Promise<void> {
    const space = this.#deps.runs?.find(repoId);
    if (space !== undefined) return await space.changed(signal);
    // Nobody tells of a Space that this hub does not have.
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** What was written in a Space that this hub has. */
  logOf(repoId: Id, kind: LogKind): LogRing | undefined {
    return this.#deps.runs?.find(repoId)?.logs[kind];
  }

  /** Whether nothing more is written there until people want something else. */
  isSilent(repoId: Id, kind: LogKind): boolean {
    const space = this.#deps.runs?.find(repoId);
    return space === undefined || space.resting || isSilent(kind, space.generation, space.told);
  }

  /** What the run of a Space used when it was last asked. */
  usageOf(repoId: Id): Usage | undefined {
    return this.#deps.runs?.find(repoId)?.usage;
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
    await requireVariables([wish], this.#deps.leaks.begin(await who()));
    return await this.#change(who, name, async (scene) => {
      const { tx, actor, repo, writer } = scene;
      const { names } = await new SecretNoteReader(tx).find(repo.id);
      if (names.includes(wish.name))
        throw variableInvalid(
          wish.name,
          'the Space has a secret of this name, or one whose file has its path there; delete it first',
        );
      await putVariables(scene, [wish], this.#deps.clock.now());
      await new RunWriter(tx).change(repo.id, { newRun: true });
      await recordChange(tx, actor, { kind: 'space.variable-set', repo, body: { name: wish.name } });
      return await writer.listVariables(repo.id);
    });
  }

  /** Removes a variable; that there is none is no error. Returns those that are left. Throws what `Repos.get` throws. */
  async deleteVariable(who: Who, name: RepoName, variable: string): Promise<Variable[]> {
    return await this.#change(who, name, async ({ tx, actor, repo, writer }) => {
      if (await writer.removeVariable(repo.id, variable)) {
        await new RunWriter(tx).change(repo.id, { newRun: true });
        await recordChange(tx, actor, { kind: 'space.variable-deleted', repo, body: { name: variable } });
      }
      return await writer.listVariables(repo.id);
    });
  }

  /** Has a Space be served no more, until it is started again. Throws what `Repos.get` throws. */
  async pause(who: Who, name: RepoName): Promise<Runtime> {
    return await this.#decide(who, name, { kind: 'space.paused', decided: { paused: true }, newRun: false });
  }

  /** The same for the operator, also without the database: what runs here ends at once. Throws `space.operator-only`, `repo.missing`. */
  async pauseAsOperator(actor: Actor, name: string): Promise<{ readonly recorded: boolean }> {
    if (actor.kind !== 'operator') throw operatorOnly();
    const { removals } = this.#deps;
    const { osUser, terminal, command } = actor;
    const removal = { kind: 'space', name, operator: { osUser, terminal, command } } as const;
    try {
      return { recorded: await removals.doOrTake(() => this.#pause(removal), removal, 'operator') };
    } finally {
      // It counts here also where it could not be kept: the app must not run on for that.
      if (removals.pausesSpace(name)) this.#deps.runs?.stopNamed(name);
    }
  }

  /** Does what was taken at that time. One that never was, or is gone, is nothing to pause. */
  async pauseTaken(removal: PauseOfSpace, takenAt: Date): Promise<void> {
    await this.#pause(removal, takenAt).catch((error: unknown) => {
      if (!isFault(error, 'repo.missing')) throw error;
    });
  }

  #isPaused(repo: Repo, paused: boolean): boolean {
    return paused || this.#deps.removals.pausesSpace(fullName(repo));
  }

  // Under its present name: who fears the pause may have given it another one on a hub that knows of nothing.
  async #pause({ name: wanted, operator }: PauseOfSpace, takenAt?: Date): Promise<void> {
    const actor = { kind: 'operator', ...operator } as const;
    const [namespace = '', name = ''] = wanted.split('/');
    await this.#deps.db.transaction(async (tx) => {
      const found = await new RepoReader(tx).findByName('space', { namespace, name });
      if (found === undefined) throw repoMissing();
      const { id } = await new RepoWriter(tx).lock(found.repo.id);
      const writer = new SpaceWriter(tx);
      if ((await writer.decisions(id)).paused) return;
      tx.afterCommit(() => this.#visits.forget(id));
      await writer.decide(id, { paused: true });
      await new RunWriter(tx).change(id, { newRun: false });
      const entry = { kind: 'space.paused', subject: `repo:${id}`, ...referencesOf(actor) };
      const body = { paused: true, ...(takenAt && { takenAt: takenAt.toISOString() }) };
      await record(tx, { ...entry, body, personal: operatorFields(actor) });
    });
  }

  /** Starts a Space again; `factory`: its program is built anew from the ground. Throws what `Repos.get` throws. */
  async restart(who: Who, name: RepoName, factory: boolean): Promise<Runtime> {
    const body = factory ? { factory } : {};
    return await this.#decide(who, name, {
      ...{ kind: 'space.restarted', decided: { paused: false }, body, newRun: true, factory },
    });
  }

  /** Gives a program other limits. Throws `space.hardware-unavailable`, and what `Repos.get` throws. */
  async requestHardware(
    who: Who,
    name: RepoName,
    { hardware, sleepSeconds }: { readonly hardware: string; readonly sleepSeconds: number | undefined },
  ): Promise<Runtime> {
    const names = this.hardware.map((kind) => kind.name);
    if (this.#deps.runs !== undefined && !names.includes(hardware)) throw hardwareUnknown(hardware, names);
    const decided = { hardware, ...(sleepSeconds !== undefined && { sleepSeconds }) };
    return await this.#decideProgram(who, name, { kind: 'space.hardware-set', decided, newRun: true });
  }

  /** Sets after how many seconds without a visitor a program sleeps; -1: never. Throws as `requestHardware` does. */
  async setSleepTime(who: Who, name: RepoName, sleepSeconds: number): Promise<Runtime> {
    const decided = { sleepSeconds };
    return await this.#decideProgram(who, name, { kind: 'space.sleep-time-set', decided, newRun: false });
  }

  /** Sets where a program may connect. Throws as `requestHardware` does. */
  async setEgress(who: Who, name: RepoName, egress: Egress): Promise<Egress> {
    if (egress.kind === 'list') requireHosts(egress.hosts);
    await this.#decideProgram(who, name, { kind: 'space.egress-set', decided: { egress }, newRun: true });
    return egress;
  }

  /** Where a program may connect, for who may write to the Space. Throws what `Repos.get` throws. */
  async egress(actor: Actor, name: RepoName): Promise<Egress> {
    const { id } = await this.#deps.repos.get(actor, { type: 'space', ...name }, 'write');
    const { egress } = await new SpaceReader(this.#deps.db).decisions(id);
    return egress ?? { kind: 'open' };
  }

  /** What else belongs to a Space that is made or copied. Throws what `openBeginning` throws. */
  async beginning(actor: Actor, wish: BeginningWish): Promise<Beginning> {
    return await openBeginning(actor, wish, this.#deps);
  }

  /** Removes what is kept of a Space whose repository is erased. */
  async erase(repoId: Id): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      await new SpaceWriter(tx).erase(repoId);
      await new RunWriter(tx).forget(repoId, null);
    });
  }

  #read(repo: Pick<Repo, 'facets'>): ReadConfiguration {
    const { runs, whyNoPrograms: whyNot, hardware } = this.#deps;
    return readConfiguration(repo.facets.card, { runsPrograms: runs !== undefined, whyNot, hardware });
  }

  async #runtimeOf({ id }: Pick<Repo, 'id'>): Promise<Runtime> {
    const { db, repos, content } = this.#deps;
    const reader = new SpaceReader(db);
    const space = await reader.find(id);
    // The row as it is now: a cached one may be as old as the last change of a name.
    const repo = await repos.findById(id);
    // Deleted meanwhile.
    if (space === undefined || repo === undefined) throw repoMissing();
    const { configuration, problems } = this.#read(repo);
    const path = configuration?.appFile;
    const file =
      path === undefined || repo.head === null
        ? undefined
        : await content.findVisited({ repo, commit: repo.head, path });
    const appFile = path === undefined ? undefined : { path, there: file !== undefined };
    const run = configuration?.program === undefined ? undefined : await findRunFacts(id, this.#deps);
    return {
      ...stageOf({ paused: this.#isPaused(repo, space.paused), problems, appFile, run }),
      notices: problems.map(({ text }) => text),
      label: space.label,
      ...(run !== undefined && { program: programOf(run, await reader.decisions(id), this.hardware) }),
    };
  }

  async #decideProgram(who: Who, name: RepoName, act: Act): Promise<Runtime> {
    const repo = await this.#deps.repos.get(await who(), { type: 'space', ...name }, 'write');
    if (this.#deps.runs === undefined || repo.facets.sdk === 'static') throw hardwareUnavailable();
    return await this.#decide(who, name, act);
  }

  async #decide(who: Who, name: RepoName, { kind, decided, body, ...wish }: Act): Promise<Runtime> {
    const repo = await this.#change(who, name, async ({ tx, actor, repo: held, writer }) => {
      await writer.decide(held.id, decided);
      await new RunWriter(tx).change(held.id, wish);
      await recordChange(tx, actor, { kind, repo: held, body: body ?? decided });
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
      tx.afterCommit(() => this.#visits.forget(id));
      return await work({ tx, actor, repo, writer: new SpaceWriter(tx) });
    });
  }
}
