// How many may follow logs and metrics at once: each holds a connection for as long as it likes.
import { type Id } from '@holdfast/kernel/id';
import { SharedRoom } from '@holdfast/platform/shared-room';
import { followersFull } from './faults.ts';

const MOST = { all: 500, ofOne: 50 };

/** Those who follow. */
export class Followers {
  readonly #room = new SharedRoom(MOST);

  /** Takes a place until the result is disposed. Throws `space.followers-full`. */
  enter(space: Id): Disposable {
    if (!this.#room.hasRoom(space)) throw followersFull();
    return this.#room.enter(space);
  }
}
