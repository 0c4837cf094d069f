// All Spaces that are wanted here, as the hub says; each lives for itself.
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { z } from 'zod';
import { ToRunner, type Want } from '../frames.ts';
import { Space, type SpaceDeps } from './space.ts';

/** What following the hub needs. */
export interface SpacesDeps {
  readonly hub: Pick<Channel, 'onFrame' | 'send'>;
  readonly log: Log;
  /** What each Space needs; a text where this machine runs none, which says why. */
  readonly space: Omit<SpaceDeps, 'tell'> | string;
  /** Removes all that was made for a Space. */
  readonly forget: (space: string) => Promise<void>;
}

/** What the supervisor says for a hub that is not there. */
const Gone = z.object({ gone: z.literal(true) });

/** The Spaces of this machine. */
export class Spaces implements AsyncDisposable {
  readonly #deps: SpacesDeps;
  /** What the hub wants now; a Space of it may still have to wait until the one before has ended. */
  readonly #wanted = new Map<string, Want>();
  readonly #spaces = new Map<string, Space>();
  readonly #ending = new Map<string, Promise<void>>();

  constructor(deps: SpacesDeps) {
    this.#deps = deps;
    const { hub, log } = deps;
    this.#greet();
    hub.onFrame((frame) => {
      const parsed = ToRunner.safeParse(frame);
      if (parsed.success) this.#follow(parsed.data);
      else if (!Gone.safeParse(frame).success)
        log.error({ issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) }, 'refused');
    });
  }

  #greet(): void {
    const { hub, space } = this.#deps;
    hub.send({ type: 'able', problem: typeof space === 'string' ? space : null });
  }

  #follow(frame: ToRunner): void {
    switch (frame.type) {
      case 'hello':
        this.#greet();
        return;
      case 'want':
        this.#want(frame);
        return;
      case 'drop':
        this.#end(frame.space, frame.forget);
        return;
      case 'wake':
        this.#spaces.get(frame.space)?.wake();
        return;
      case 'all-wanted': {
        const wanted = new Set(frame.spaces);
        for (const id of this.#spaces.keys()) if (!wanted.has(id)) this.#end(id, false);
        for (const space of this.#spaces.values()) space.tellAgain();
      }
    }
  }

  #want(want: Want): void {
    const { space: deps, hub } = this.#deps;
    if (typeof deps === 'string') {
      const { space, generation } = want;
      hub.send({ type: 'status', space, generation, stage: 'CONFIG_ERROR', message: deps, serving: null });
      return;
    }
    this.#wanted.set(want.space, want);
    const known = this.#spaces.get(want.space);
    if (known !== undefined) known.want(want);
    // One that is being ended begins anew after it.
    else if (!this.#ending.has(want.space)) this.#begin(want.space, deps);
  }

  #begin(id: string, deps: Omit<SpaceDeps, 'tell'>): void {
    const want = this.#wanted.get(id);
    if (want === undefined) return;
    const { hub } = this.#deps;
    this.#spaces.set(
      id,
      new Space(want, {
        ...deps,
        tell: (frame) => {
          hub.send(frame);
        },
      }),
    );
  }

  #end(id: string, forget: boolean): void {
    this.#wanted.delete(id);
    const space = this.#spaces.get(id);
    this.#spaces.delete(id);
    const before = this.#ending.get(id);
    const end = async (): Promise<void> => {
      await before;
      await space?.drop();
      if (forget) await this.#deps.forget(id);
    };
    const ending = end()
      .catch((error: unknown) => {
        this.#deps.log.error({ err: error, space: id }, 'a Space could not be ended');
      })
      .finally(() => {
        if (this.#ending.get(id) !== ending) return;
        this.#ending.delete(id);
        const { space: deps } = this.#deps;
        if (typeof deps !== 'string') this.#begin(id, deps);
      });
    this.#ending.set(id, ending);
  }

  /** Ends them all. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of [...this.#wanted.keys()]) this.#end(id, false);
    await Promise.all(this.#ending.values());
  }
}
