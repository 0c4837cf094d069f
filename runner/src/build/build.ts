// Makes the environment of an app, or finds the one that was made before. All that runs somebody's code runs in a sandbox that
// reaches package indexes and nothing else; what it leaves counts only when it is whole.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildDoorStart } from '@holdfast/door/build/frames';
import { newId } from '@holdfast/kernel/id';
import { listNames } from '@holdfast/platform/private-files';
import { type Base, type BaseRoot } from '../base/index.ts';
import { type Uses } from '../uses.ts';
import { type Code } from './door.ts';
import { listFetched } from './fetched-files.ts';
import { askedKey, environmentKey, type EnvironmentWish, layerKey } from './plan.ts';
import { prepare, type Prepared } from './prepare.ts';
import { type Product, Products } from './products.ts';
import { type Python, Pythons, type PythonsOptions } from './pythons.ts';
import { runBuild } from './run-build.ts';
import { type OpenGroup, runLayer } from './run-layer.ts';
import { type OpenBuildSandbox } from './sandbox.ts';
import { removeTree } from './tree.ts';
import { chooseVictims } from './victims.ts';
import { type DiskSpace, hasSpace, NO_SPACE } from './watch-bounds.ts';

/** What is to be built. */
export interface BuildWish {
  /** Folder with the files of the commit. */
  readonly source: string;
  readonly namespace: string;
  readonly factory: number;
  readonly sdk: 'gradio' | 'streamlit';
  readonly sdkVersion: string | null;
  readonly pythonVersion: string | null;
  /** The user that the sandbox is made as, where there is more than one. */
  readonly user: number | null;
}

/** What came of it. */
export type Built =
  | {
      readonly kind: 'built';
      /** Folders that are shown to the app, read-only. */
      readonly env: string;
      readonly base: string;
      /** A whole root that takes the place of the base, with the packages of packages.txt. */
      readonly layer: string | null;
      /** What shows the Python that the environment was made with; `null` for the base's own. */
      readonly python: Python['mount'];
      readonly key: string;
      /** They stay until it is let go. */
      readonly hold: Disposable;
    }
  | { readonly kind: 'failed'; readonly stage: 'BUILD_ERROR' | 'CONFIG_ERROR'; readonly message: string };

/** What one build may use. */
export interface BuildLimits {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly entries: number;
  /** Bytes that may be fetched. */
  readonly fetchedBytes: number;
  /** What its sandbox keeps it to, for words: bytes, and processes with threads. */
  readonly memoryBytes: number;
  readonly processes: number;
}

/** What builds are done with. */
export interface BuilderOptions {
  /** A folder that is ours alone. */
  readonly folder: string;
  readonly base: Base;
  readonly code: Code;
  readonly openSandbox: OpenBuildSandbox;
  readonly pythons: Pick<PythonsOptions, 'folders' | 'tell'>;
  readonly packages: Pick<BuildDoorStart, 'indexes' | 'mirrors' | 'authorities'>;
  readonly limits: BuildLimits;
  readonly space: DiskSpace;
  /** Makes the group in which packages of Debian are installed. */
  readonly openGroup: OpenGroup | null;
  /** Bytes that all that was built and what was fetched for it may take, and on which folders something runs. */
  readonly kept: { readonly bytes: number; readonly uses: Pick<Uses, 'hold' | 'has'> };
}

type Tell = (line: string) => void;
type Failed = Extract<Built, { readonly kind: 'failed' }>;

type Wanted = Extract<Prepared, { readonly kind: 'prepared' }>;

/** What somebody asked for, and on what root. */
interface Asked {
  readonly wish: BuildWish;
  readonly base: BaseRoot;
  readonly tell: Tell;
}

/** What was made for it, with what. */
interface Made extends Pick<EnvironmentWish, 'python'> {
  readonly env: Product;
  readonly layer: Product | null;
}

/** One build, as far as it has come. */
interface Course extends Asked {
  /** A folder for what is not whole yet. */
  readonly work: string;
  readonly signal: AbortSignal;
}

/** Builds environments. */
export class Builder implements AsyncDisposable {
  readonly #options: BuilderOptions;
  readonly #environments: Products;
  readonly #layers: Products;
  readonly #pythons: Pythons;
  /** Folders of builds that are done, on their way out. */
  readonly #going = new Set<Promise<void>>();

  constructor(options: BuilderOptions) {
    this.#options = options;
    this.#environments = new Products(join(options.folder, 'env'), options.kept.uses);
    this.#layers = new Products(join(options.folder, 'layer'), options.kept.uses);
    this.#pythons = new Pythons({ ...options.pythons, openSandbox: options.openSandbox });
  }

  /** Removes what a killed runner left half done. To be called before the first build, when none of its sandboxes live. */
  async clear(): Promise<void> {
    for (const name of await listNames(this.#work)) await removeTree(join(this.#work, name));
    await this.#environments.clear();
    await this.#layers.clear();
  }

  /**
   * Finds what was built before, or says why it cannot be; `undefined`: it has to be built. Whoever wakes a Space waits for this: nothing is made
   * and nothing is removed, but for the base, which is made where there is none.
   */
  async find(wish: BuildWish, tell: Tell, signal: AbortSignal): Promise<Built | undefined> {
    const { base, prepared } = await this.#prepare(wish, tell, signal);
    return prepared.kind === 'failed' ? prepared : await this.#find({ wish, base, tell }, prepared);
  }

  /**
   * Builds, or finds what was built. `tell` gets each line of the log. Aborting the signal ends everything and leaves nothing;
   * it throws the signal's reason.
   */
  async build(wish: BuildWish, tell: Tell, signal: AbortSignal): Promise<Built> {
    const { base, prepared } = await this.#prepare(wish, tell, signal);
    if (prepared.kind === 'failed') return prepared;
    const found = await this.#find({ wish, base, tell }, prepared);
    if (found !== undefined) return found;
    const { space } = this.#options;
    if (!(await hasSpace(space))) return { kind: 'failed', stage: 'BUILD_ERROR', message: NO_SPACE };
    const work = join(this.#work, newId(new Date()));
    const course: Course = { wish, base, work, tell, signal };
    const held = new DisposableStack();
    try {
      // Sandboxes are made as users of their own, who must get here; the folder around it is closed to everybody else.
      await mkdir(work, { recursive: true, mode: 0o755 });
      const layer = await this.#layer(course, prepared.debian);
      if (layer !== null && 'kind' in layer) return layer;
      if (layer !== null) held.use(layer.hold);
      const env = await this.#environment(course, prepared.environment, layer);
      if ('kind' in env) return env;
      held.use(env.hold);
      return { ...partsOf(course, { ...prepared.environment, env, layer }), hold: held.move() };
    } finally {
      this.#remove(work, tell);
      // A build that failed has fetched, too.
      await this.#trim().catch((error: unknown) =>
        tell(`What is too much could not be removed: ${String(error)}`),
      );
      held.dispose();
    }
  }

  async #prepare(
    wish: BuildWish,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<{ readonly base: BaseRoot; readonly prepared: Prepared }> {
    const base = await this.#openBase(tell, signal);
    const pythons = await this.#pythons.list({ base, work: this.#work, user: wish.user });
    signal.throwIfAborted();
    return { base, prepared: await prepare(wish, { base, pythons, indexes: this.#indexes }) };
  }

  async #find(asked: Asked, { debian, environment }: Wanted): Promise<Built | undefined> {
    using held = new DisposableStack();
    const layer = await this.#findLayer(asked, debian);
    if (layer === undefined) return undefined;
    if (layer !== null) held.use(layer.hold);
    const env = await this.#findEnvironment(asked, environment, layer);
    if (env === undefined) return undefined;
    held.use(env.hold);
    return { ...partsOf(asked, { ...environment, env, layer }), hold: held.move() };
  }

  async #findLayer({ wish, base }: Asked, packages: readonly string[]): Promise<Product | null | undefined> {
    if (packages.length === 0) return null;
    return await this.#layers.find(wish.namespace, layerKeyOf({ wish, base }, packages));
  }

  async #findEnvironment(
    asked: Asked,
    environment: EnvironmentWish,
    layer: Product | null,
  ): Promise<Product | undefined> {
    const found = await this.#environments.find(
      asked.wish.namespace,
      this.#askedKey(asked, environment, layer),
    );
    if (found !== undefined)
      asked.tell(
        'Nothing that decides what is installed has changed: the environment that was built before is used.',
      );
    return found;
  }

  #askedKey({ wish, base }: Asked, environment: EnvironmentWish, layer: Product | null): string {
    const { namespace, factory } = wish;
    const root = layer?.key ?? base.digest;
    return askedKey(environment, { namespace, factory, root, indexes: this.#indexes });
  }

  /** Waits until what builds worked with is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#going);
  }

  // What was unpacked is large and takes long to remove, and nobody who waits for an app need wait for that.
  #remove(work: string, tell: Tell): void {
    const removal = removeTree(work)
      .catch((error: unknown) => tell(`What was worked with could not be removed: ${String(error)}`))
      .finally(() => this.#going.delete(removal));
    this.#going.add(removal);
  }

  get #work(): string {
    return join(this.#options.folder, 'building');
  }

  get #indexes(): readonly string[] {
    return this.#options.packages.indexes.map(({ url }) => url);
  }

  async #openBase(tell: Tell, signal: AbortSignal): Promise<BaseRoot> {
    const { base } = this.#options;
    if (!base.isReady)
      tell(
        'The Debian root that all Spaces share is being made. That takes some minutes, once on a new machine.',
      );
    const aborted = Promise.withResolvers<never>();
    const leave = (): void => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    try {
      return await Promise.race([base.ensure(), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** The root with the packages of packages.txt; `null` where there are none. */
  async #layer(course: Course, packages: readonly string[]): Promise<Product | null | Failed> {
    const found = await this.#findLayer(course, packages);
    if (found !== undefined) return found;
    const { wish, base, work, tell, signal } = course;
    const { namespace } = wish;
    const key = layerKeyOf(course, packages);
    tell(`===== Installing ${packages.join(', ')}`);
    const { code, limits, space, openGroup } = this.#options;
    const made = await runLayer({
      ...{ work, base, packages, tell, signal, code, limits, space, openGroup },
      settings: this.#doorSettings,
    });
    if (made.kind === 'failed') return made;
    return await this.#layers.keep(made.path, { namespace, asked: key, key });
  }

  async #environment(
    course: Course,
    environment: EnvironmentWish,
    layer: Product | null,
  ): Promise<Product | Failed> {
    const found = await this.#findEnvironment(course, environment, layer);
    if (found !== undefined) return found;
    const { wish, base, work, tell, signal } = course;
    const { namespace, user } = wish;
    const asked = this.#askedKey(course, environment, layer);
    const { code, openSandbox, limits, space } = this.#options;
    const made = await runBuild({
      ...{ work, code, openSandbox, limits, space, tell, signal, user, environment },
      root: layer?.path ?? base.path,
      settings: this.#doorSettings,
    });
    if (made.kind === 'failed') return made;
    const key = environmentKey(asked, made.lock);
    const kept = await this.#environments.keep(made.env, { namespace, asked, key });
    tell('The environment is ready.');
    return kept;
  }

  get #doorSettings(): Omit<BuildDoorStart, 'type'> {
    const { folder, packages, limits } = this.#options;
    return { ...packages, cache: this.#cache(folder), budget: limits.fetchedBytes };
  }

  #cache(folder: string): string {
    return join(folder, 'cache');
  }

  // One bound for all of it, whatever it is: those go that were unused for longest.
  async #trim(): Promise<void> {
    const stored = [
      ...(await this.#environments.list()),
      ...(await this.#layers.list()),
      ...(await listFetched(this.#cache(this.#options.folder))),
    ];
    for (const one of chooseVictims(stored, this.#options.kept.bytes)) await one.drop();
  }
}

function layerKeyOf({ wish, base }: Pick<Asked, 'wish' | 'base'>, packages: readonly string[]): string {
  const { namespace, factory } = wish;
  return layerKey(packages, { namespace, factory, root: base.digest });
}

function partsOf(
  { base }: Asked,
  { env, layer, python }: Made,
): Omit<Extract<Built, { kind: 'built' }>, 'hold'> {
  const { path, key } = env;
  const parts = { env: path, base: base.path, layer: layer?.path ?? null, python: python.mount };
  return { kind: 'built', ...parts, key };
}
