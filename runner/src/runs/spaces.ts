// All Spaces that are wanted here, as the hub says; each lives for itself.
// Invariant: none runs for longer than the hub may have it, whatever becomes of the hub: another one may begin it then.
import { ALONE_MS, LOST_MS } from '@holdfast/kernel/space-lease';
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { z } from 'zod';
import { ToRunner, type FromRunner, type Want } from '../frames.ts';
import { Contacts } from './contacts.ts';
import { Space } from './space.ts';
import { type SpaceDeps } from './start-run.ts';

/** What following the hub needs. */
export interface SpacesDeps {
  readonly hub: Pick<Channel, 'onFrame' | 'send'>;
  readonly log: Log;
  /** What each Space needs; a text where this machine runs none, which says why. */
  readonly space: Omit<SpaceDeps, 'tell' | 'contacts'> | string;
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
  readonly #contacts = new Contacts((frame) => this.#tell(frame));
  /** Ends them all when the hub may have them no longer. */
  #lease: NodeJS.Timeout | undefined;
  /** That came, and nothing is begun until the hub has them again. */
  #isLapsed = false;

  constructor(deps: SpacesDeps) {
    this.#deps = deps;
    const { hub, log } = deps;
    this.#greet();
    hub.onFrame((frame) => {
      const parsed = ToRunner.safeParse(frame);
      if (parsed.success) this.#follow(parsed.data);
      // Of one that said since when it had them, it is known for how long that was.
      else if (Gone.safeParse(frame).success) this.#lease ??= setTimeout(() => this.#lapse(), ALONE_MS);
      else
        log.error({ issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) }, 'refused');
    });
  }

  #greet(): void {
    const { hub, space } = this.#deps;
    if (typeof space === 'string') hub.send({ type: 'able', problem: space, runs: [] });
    else hub.send({ type: 'able', problem: null, runs: space.ground.secrets.tickets.runs });
  }

  #follow(frame: ToRunner): void {
    switch (frame.type) {
      case 'hello':
        this.#greet();
        this.#contacts.tellAgain();
        return;
      case 'want':
        this.#want(frame);
        return;
      case 'drop':
        if (frame.before === undefined) this.#end(frame.space, frame.forget);
        else if (this.#mayHave(frame.space, frame.before)) this.#end(frame.space, frame.forget, true);
        return;
      case 'held':
        this.#hold(frame.since);
        return;
      case 'ticket':
        if (typeof this.#deps.space !== 'string') this.#deps.space.ground.secrets.tickets.hear(frame);
        return;
      case 'wake':
        this.#wake(frame.space);
        return;
      case 'left':
        this.#spaces.get(frame.space)?.left(frame.run);
        return;
      case 'all-wanted': {
        const wanted = new Set(frame.spaces);
        // Those, too, that only wait until the one before has ended.
        for (const id of [...this.#wanted.keys()]) if (!wanted.has(id)) this.#end(id, false);
        for (const space of this.#spaces.values()) space.tellAgain();
      }
    }
  }

  // What waited in the channel while either side was stopped is as old as it says: it lends no further time.
  #hold(since: number): void {
    const left = LOST_MS - Math.max(0, Date.now() - since);
    if (left <= 0) return;
    clearTimeout(this.#lease);
    this.#isLapsed = false;
    this.#lease = setTimeout(() => this.#lapse(), left);
  }

  #lapse(): void {
    this.#isLapsed = true;
    this.#deps.log.warn('the hub has not said that it still has its Spaces: what runs of them is ended');
    this.#endAll();
    // One that only was late hears that it has to say all anew.
    this.#greet();
  }

  #mayHave(id: string, takenBack: number): boolean {
    const want = this.#wanted.get(id);
    if (want === undefined || want.generation >= takenBack) return false;
    return this.#spaces.get(id)?.mayHave(takenBack) ?? true;
  }

  #wake(id: string): void {
    const want = this.#wanted.get(id);
    if (want !== undefined) this.#wanted.set(id, { ...want, asleep: false });
    this.#spaces.get(id)?.wake();
  }

  #want(want: Want): void {
    const { space: deps, hub } = this.#deps;
    if (typeof deps === 'string') {
      const { space, generation } = want;
      hub.send({
        type: 'status',
        space,
        generation,
        stage: 'CONFIG_ERROR',
        message: deps,
        serving: null,
        leaving: [],
      });
      return;
    }
    // Of a hub that was stopped, and does not know yet that it has them no more. It is said again once it has.
    if (this.#isLapsed) return;
    // A hub that was stopped before it ever said since when it has them would have them for good.
    this.#lease ??= setTimeout(() => this.#lapse(), ALONE_MS);
    this.#wanted.set(want.space, want);
    const known = this.#spaces.get(want.space);
    if (known !== undefined) known.want(want);
    // One that is being ended begins anew after it.
    else if (!this.#ending.has(want.space)) this.#begin(want.space, deps);
  }

  #begin(id: string, deps: Omit<SpaceDeps, 'tell' | 'contacts'>): void {
    const want = this.#wanted.get(id);
    if (want === undefined) return;
    this.#spaces.set(
      id,
      new Space(want, {
        ...{ ...deps, contacts: this.#contacts },
        tell: (frame) => {
          this.#tell(frame);
        },
      }),
    );
  }

  #end(id: string, forget: boolean, takenBack = false): void {
    this.#wanted.delete(id);
    const space = this.#spaces.get(id);
    this.#spaces.delete(id);
    const before = this.#ending.get(id);
    const end = async (): Promise<void> => {
      await before;
      await space?.drop(takenBack);
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

  // Nothing that an app makes us tell may end the runner, which holds all others.
  #tell(frame: FromRunner): void {
    try {
      this.#deps.hub.send(frame);
    } catch (error) {
      this.#deps.log.error({ err: error, type: frame.type }, 'this could not be told');
    }
  }

  #endAll(): void {
    for (const id of [...this.#wanted.keys()]) this.#end(id, false);
  }

  /** Ends them all. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#lease);
    this.#endAll();
    await Promise.all(this.#ending.values());
  }
}
