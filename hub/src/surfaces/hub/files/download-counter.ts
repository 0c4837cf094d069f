// What counts as a download: one for each caller and repository in five minutes, however many files and ranges they
// fetch in that time. Kept in memory, bounded; a count is a statistic and not a record.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';

/** Where downloads are counted. */
export interface DownloadCounts {
  note(repoId: Id): void;
}

const WINDOW_MS = 5 * 60_000;
const MOST_REMEMBERED = 100_000;

/** Counts downloads. */
export class DownloadCounter {
  #window = 0;
  #seen = new Set<string>();

  /** Notes that a caller (a user's id, or a network) fetches a file of a repository. */
  note(deps: { clock: Clock; downloads: DownloadCounts }, caller: string, repoId: Id): void {
    const window = Math.floor(deps.clock.now().getTime() / WINDOW_MS);
    if (window !== this.#window || this.#seen.size >= MOST_REMEMBERED) {
      this.#window = window;
      this.#seen = new Set();
    }
    const key = `${caller} ${repoId}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    deps.downloads.note(repoId);
  }
}
