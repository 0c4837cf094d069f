// How many may follow logs and metrics at once: each holds a connection for as long as it likes.
import { type Id } from '@holdfast/kernel/id';
import { SharedRoom } from '@holdfast/platform/shared-room';
import { type Actor } from '#modules/access';
import { followersFull } from './faults.ts';

const MOST = { all: 500, ofOne: 50 };
/** Of one person, over all Spaces: who has ten would otherwise keep everybody else from following theirs. */
const MOST_OF_PERSON = { all: 500, ofOne: 20 };

/** Those who follow. */
export class Followers {
  readonly #spaces = new SharedRoom(MOST);
  readonly #people = new SharedRoom(MOST_OF_PERSON);

  /** Takes a place until the result is disposed. Throws `space.followers-full`. */
  enter(space: Id, actor: Actor): Disposable {
    const person = actor.kind === 'user' ? actor.userId : actor.kind;
    if (!this.#spaces.hasRoom(space) || !this.#people.hasRoom(person)) throw followersFull();
    const places = [this.#spaces.enter(space), this.#people.enter(person)];
    return {
      [Symbol.dispose]: () => {
        for (const place of places) place[Symbol.dispose]();
      },
    };
  }
}
