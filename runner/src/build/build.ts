// Makes the environment of an app, or finds the one that was made before. All that runs somebody's code runs in a sandbox that
// reaches package indexes and nothing else; what it leaves counts only when it is whole.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@holdfast/kernel/id';
import { listNames } from '@holdfast/platform/private-files';
import { type Base, type BaseRoot } from '../base/index.ts';
import { type BuildDoorStart } from '@holdfast/door/build/frames';
import { type Environment, Environments } from './environments.ts';
import { type Code } from './door.ts';
import { prepare } from './prepare.ts';
import { askedKey, type EnvironmentWish } from './plan.ts';
import { runBuild } from './run-build.ts';
import { type OpenBuildSandbox } from './sandbox.ts';
import { removeTree } from './tree.ts';

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
      readonly key: string;
    }
  | { readonly kind: 'failed'; readonly stage: 'BUILD_ERROR' | 'CONFIG_ERROR'; readonly message: string };

/** What one build may use. */
export interface BuildLimits {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly entries: number;
  /** Bytes that may be fetched. */
  readonly fetchedBytes: number;
}

/** What builds are done with. */
export interface BuilderOptions {
  /** A folder that is ours alone. */
  readonly folder: string;
  readonly base: Base;
  readonly code: Code;
  readonly openSandbox: OpenBuildSandbox;
  readonly packages: Pick<BuildDoorStart, 'indexes' | 'mirrors' | 'authorities'>;
  readonly limits: BuildLimits;
}

/** Builds environments. */
export class Builder {
  readonly #options: BuilderOptions;
  readonly #environments: Environments;

  constructor(options: BuilderOptions) {
    this.#options = options;
    this.#environments = new Environments(join(options.folder, 'env'));
  }

  /** Removes what a killed runner left half done. To be called before the first build, when none of its sandboxes live. */
  async clear(): Promise<void> {
    for (const name of await listNames(this.#work)) await removeTree(join(this.#work, name));
  }

  /**
   * Builds, or finds what was built. `tell` gets each line of the log. Aborting the signal ends everything and leaves nothing;
   * it throws the signal's reason.
   */
  async build(wish: BuildWish, tell: (line: string) => void, signal: AbortSignal): Promise<Built> {
    const base = await this.#openBase(tell, signal);
    signal.throwIfAborted();
    const prepared = await prepare(wish, base, this.#indexes);
    if (prepared.kind === 'failed') return prepared;
    const asked = askedKey(prepared.environment, {
      namespace: wish.namespace,
      factory: wish.factory,
      root: base.digest,
      indexes: this.#indexes,
    });
    const found = await this.#environments.find(wish.namespace, asked);
    if (found !== undefined) {
      tell(
        'Nothing that decides what is installed has changed: the environment that was built before is used.',
      );
      return present(found, base);
    }
    return await this.#make({ wish, environment: prepared.environment, asked, base }, tell, signal);
  }

  get #work(): string {
    return join(this.#options.folder, 'building');
  }

  get #indexes(): readonly string[] {
    return this.#options.packages.indexes.map(({ url }) => url);
  }

  async #openBase(tell: (line: string) => void, signal: AbortSignal): Promise<BaseRoot> {
    const { base } = this.#options;
    if (!base.isReady)
      tell(
        'The Debian root that all Spaces share is being made. That takes some minutes, once on a new machine.',
      );
    const aborted = Promise.withResolvers<never>();
    const leave = (): void => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([base.ensure(), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  async #make(
    todo: { wish: BuildWish; environment: EnvironmentWish; asked: string; base: BaseRoot },
    tell: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Built> {
    const { folder, code, openSandbox, packages, limits } = this.#options;
    const work = join(this.#work, newId(new Date()));
    try {
      await mkdir(work, { recursive: true, mode: 0o700 });
      const made = await runBuild({
        ...{ work, code, openSandbox, limits, tell, signal },
        root: todo.base.path,
        user: todo.wish.user,
        environment: todo.environment,
        settings: { ...packages, cache: join(folder, 'cache'), budget: limits.fetchedBytes },
      });
      if (made.kind === 'failed') return made;
      const { namespace } = todo.wish;
      const kept = await this.#environments.keep(made.env, { namespace, asked: todo.asked, lock: made.lock });
      tell('The environment is ready.');
      return present(kept, todo.base);
    } finally {
      await removeTree(work);
    }
  }
}

function present({ path, key }: Environment, base: BaseRoot): Built {
  return { kind: 'built', env: path, base: base.path, layer: null, key };
}
