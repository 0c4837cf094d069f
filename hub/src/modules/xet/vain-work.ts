// How much work one sender may cause for nothing. What turns out invalid was unpacked and hashed like anything else, and no
// quota counts it: whoever has a token that may write could else keep the threads busy for ever, for the price of a few
// kilobytes that unpack to many, sent again and again.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { GiB } from '@holdfast/kernel/size';
import { tooMuchInVain } from './faults.ts';

const DAY_MS = 24 * 3_600_000;
/**
 * Bytes that one sender may have unpacked or hashed in vain on a day, beyond as many as they brought on that day: a thread
 * is busy with so many for some minutes. Honest clients send nothing that is invalid; what they may have to repeat, because
 * a connection broke while a large file was hashed, they have brought before.
 */
export const MOST_IN_VAIN = 64 * GiB;
/** Senders that are counted. */
const MOST_COUNTED = 100_000;

/** Work for somebody, until it is disposed of; it is good unless it is said to have been in vain. */
export interface Work extends Disposable {
  /** So many bytes of it were in vain. */
  wasInVain(bytes: number): void;
  /** It brought so many bytes, as they came over the wire. */
  brought(bytes: number): void;
}

interface Account {
  inVain: number;
  brought: number;
}

/** Counts for all senders. */
export class VainWork {
  readonly #clock: Clock;
  #day = 0;
  #accounts = new Map<Id, Account>();
  /** Bytes of work that goes on: it may all be in vain. */
  readonly #open = new Map<Id, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins work that may be in vain as far as so many bytes. Throws `xet.too-much-in-vain`. */
  begin(senderId: Id, most: number): Work {
    const open = this.#open.get(senderId) ?? 0;
    const { inVain, brought } = this.#find(senderId) ?? { inVain: 0, brought: 0 };
    // What goes on counts too, or a thousand at once would each be the first.
    if (inVain + open + most > MOST_IN_VAIN + brought) throw tooMuchInVain();
    this.#open.set(senderId, open + most);
    return {
      wasInVain: (bytes) => void (this.#account(senderId).inVain += bytes),
      brought: (bytes) => void (this.#account(senderId).brought += bytes),
      [Symbol.dispose]: () => {
        const left = (this.#open.get(senderId) ?? most) - most;
        if (left > 0) this.#open.set(senderId, left);
        else this.#open.delete(senderId);
      },
    };
  }

  #find(senderId: Id): Account | undefined {
    const day = Math.floor(this.#clock.now().getTime() / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#accounts = new Map();
    }
    return this.#accounts.get(senderId);
  }

  #account(senderId: Id): Account {
    const known = this.#find(senderId);
    if (known !== undefined) return known;
    if (this.#accounts.size >= MOST_COUNTED)
      for (const first of this.#accounts.keys()) {
        this.#accounts.delete(first);
        break;
      }
    const account = { inVain: 0, brought: 0 };
    this.#accounts.set(senderId, account);
    return account;
  }
}
