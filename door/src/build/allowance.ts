// What one build may be given: bytes, and pages of projects that are not there. The second bounds what its code can tell the
// keeper of an index by the names that it asks for.
import { formatSize } from '@holdfast/kernel/size';
import { Refusal } from './refusal.ts';

/** Projects that may be asked for and not be there. Resolvers do that seldom. */
const MOST_MISSES = 200;

/** Counts down for one build. */
export class Allowance {
  readonly #bytes: number;
  #left: number;
  #misses = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /** Throws a `Refusal` when nothing is left. */
  check(): void {
    if (this.#left <= 0)
      throw new Refusal(
        403,
        `this build has fetched ${formatSize(this.#bytes)}, which is what a build may fetch`,
      );
    if (this.#misses >= MOST_MISSES)
      throw new Refusal(403, `this build has asked for ${String(MOST_MISSES)} packages that do not exist`);
  }

  /** Notes bytes that were given; throws when they were too many. */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) this.check();
  }

  /** Notes a project that is not there. */
  miss(): void {
    this.#misses += 1;
  }
}
