// The doors of apps: each is a user of its own, where there is more than one.
import { type Log } from '@holdfast/platform/log';
import { type CodeCache } from '../code-cache.ts';
import { type Slots } from '../runs/slots.ts';
import { startDoor, type Door, type DoorGround, type DoorWish } from './start-door.ts';

/** What is common to all doors. */
export interface DoorsOptions extends Omit<DoorGround, 'codeCache'> {
  readonly codeCache: Pick<CodeCache, 'find'>;
  /** Numbers for their users; `null` where the runner is one user alone. */
  readonly users: { readonly first: number; readonly slots: Slots } | null;
  readonly log: Log;
}

/** Opens doors of apps. */
export class Doors {
  readonly #options: DoorsOptions;

  constructor(options: DoorsOptions) {
    this.#options = options;
  }

  /** Opens one, which then waits for its first frame. Throws what `startDoor` throws. */
  open(wish: Pick<DoorWish, 'mounts' | 'descriptors'>): Door {
    const { users, log, codeCache, ...common } = this.#options;
    const ground = { ...common, codeCache: codeCache.find('door') };
    const slot = users?.slots.take();
    const letGo = (): void => slot?.[Symbol.dispose]();
    const user = users === null || slot === undefined ? null : users.first + slot.number;
    const said = (text: string): void => {
      log.warn({ said: text }, 'a door said something');
    };
    try {
      const door = startDoor(ground, { ...wish, kind: 'run', user, said });
      door.exited.then(letGo, letGo);
      return door;
    } catch (error) {
      letGo();
      throw error;
    }
  }
}
