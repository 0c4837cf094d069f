// The hub's file of what takes access away while the database is away, as the supervisor sees it. It remembers which removal the hub wrote down last, beside the keys, where the hub cannot write: who cuts the end of the hub's
// file off is found out at its next start.
import { join } from 'node:path';
import { type ChainHead } from '@holdfast/platform/chained-records';
import { findText, writeText } from '@holdfast/platform/private-files';
import { removalsHeadDamaged } from './faults.ts';
import { type HubRun } from './hub.ts';
import { type Mount } from './separation/confinement.ts';
import { HeadMoved, RemovalsHead, type Settings } from './settings.ts';
import { type Site } from './site.ts';

/** The head of one hub's removals. */
export class KeptRemovalsHead {
  readonly #path: string;
  /** Settles when nothing is left to be written. */
  #writing: Promise<void> | undefined;
  /** What is written next. */
  #next: (ChainHead & { readonly answer: (reply: object) => void }) | undefined;

  // Several hubs may share their keys.
  constructor(keys: string, instance: string) {
    this.#path = join(keys, `removals-${instance}.head`);
  }

  /** As it was kept last; `null` where none was. Throws `removalsHeadDamaged`: we write it whole, so somebody else wrote it. */
  async read(): Promise<RemovalsHead | null> {
    await this.#writing;
    const text = await findText(this.#path);
    if (text === undefined) return null;
    const head = RemovalsHead.safeParse(parseJson(text)).data;
    if (head === undefined) throw removalsHeadDamaged(this.#path);
    return head;
  }

  /** Whether a frame of the hub is one of these; remembers what it says, and then calls `answer`. */
  readonly hear = (frame: unknown, answer: (reply: object) => void): boolean => {
    const moved = HeadMoved.safeParse(frame);
    if (!moved.success) return false;
    const { n, mac } = moved.data;
    // One after another, and of those that come meanwhile the last one alone: what a taken-over hub sends in a flood is no more than one
    // file, and no more than one that waits. Each head stands for those before it.
    this.#next = { n, mac, answer };
    this.#writing ??= this.#write();
    return true;
  };

  async #write(): Promise<void> {
    for (let head = this.#next; head !== undefined; head = this.#next) {
      this.#next = undefined;
      const { n, mac, answer } = head;
      await writeText(this.#path, `${JSON.stringify({ n, mac })}\n`).then(
        () => answer({ type: 'removals-head-kept', n }),
        // On a full disk the hub goes on without; its file is whole all the same.
        () => undefined,
      );
    }
    // Not a turn later, in which another head could come and wait for nobody.
    this.#writing = undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The folder as the hub sees it, and what it is told of the file. */
export function viewRemovals({ layout, confiner, acceptLoss }: Site): {
  readonly mount: Mount;
  readonly settings: Settings['removals'];
} {
  const mount: Mount = { from: layout.removals, to: '/var/lib/holdfast-removals', access: 'write' };
  return { mount, settings: { path: `${confiner.pathOf(mount)}/removals`, head: null, acceptLoss } };
}

/** A run of the hub that is told something else of the file. */
export function withRemovals(run: HubRun, now: Partial<Settings['removals']>): HubRun {
  const { settings } = run.start;
  const removals = { ...settings.removals, ...now };
  return { ...run, start: { ...run.start, settings: { ...settings, removals } } };
}

/** Says that the file is not as the hub left it. */
export function presentFlaw({ console, layout }: Site, flaw: string): void {
  console.event('sealed', { why: `removals-${flaw}` });
  console.warn(
    `This instance is sealed: the file of what was revoked while the database was away was ${flaw} (${layout.removals}). ` +
      'Clients are answered 503. What is whole of it is done. Revoke again what may be missing with `./holdfast admin`, ' +
      'and start once with --accept-loss (docs/operating.md, A sealed instance)',
  );
}
