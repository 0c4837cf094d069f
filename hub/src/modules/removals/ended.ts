// What was taken here and is not in the database yet, as it is asked about.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Removal } from './model.ts';

/** As names of accounts are compared: in either case. */
export function keyOf(name: string): string {
  return name.toLowerCase();
}

/** It. */
export class Ended {
  readonly tokens = new Set<Id>();
  readonly digests = new Set<Sha256>();
  readonly users = new Set<string>();
  readonly sessionsOf = new Set<string>();
  /** Full names of Spaces that are paused. */
  readonly spaces = new Set<string>();
  /** Users and tokens that may do less than the database says, which alone knows how much. */
  readonly changed = new Set<string>();

  add(removal: Removal): void {
    switch (removal.kind) {
      case 'token':
        this.tokens.add(removal.id);
        break;
      case 'found':
        for (const digest of removal.digests) this.digests.add(digest);
        break;
      case 'sign-out':
        this.digests.add(removal.digest);
        break;
      case 'user':
        this.#addUser(removal.act, keyOf(removal.name));
        break;
      case 'member':
        this.changed.add(keyOf(removal.user));
        break;
      case 'space':
        this.spaces.add(keyOf(removal.name));
        break;
      case 'reach':
        this.changed.add(removal.id);
        break;
    }
  }

  #addUser(act: Extract<Removal, { kind: 'user' }>['act'], user: string): void {
    if (act === 'disable') this.users.add(user);
    // Who is no administrator any more signs in again, as when the database is there.
    this.sessionsOf.add(user);
    if (act === 'demote') this.changed.add(user);
  }

  clear(): void {
    const { tokens, digests, users, sessionsOf, spaces, changed } = this;
    for (const set of [tokens, digests, users, sessionsOf, spaces, changed]) set.clear();
  }
}
