// Ends what is still under way when the right to it ends: a download or an upload that a revoked token began must not
// run on for hours. Whenever rights may have changed, and while nobody can tell, every stream's right is asked again.
import { type Clock } from '@holdfast/kernel/clock';
import { KiB } from '@holdfast/kernel/size';
import { type EpochName } from '@holdfast/platform/postgres/epochs';

/** What tells that rights may have changed. */
export interface RightsNews {
  onChange(name: EpochName, listener: () => void): void;
  areFresh(): boolean;
}

/** The right under which a stream runs. */
export interface StreamRight {
  /** Streams with the same key have the same right, and it is asked once for all of them. */
  readonly key: string;
  /** Rejects when the right is gone, or when nobody can tell. */
  readonly check: () => Promise<unknown>;
  readonly expiresAt: Date | null;
  /** The right may end without any news, as a session does: it is asked now and then. */
  readonly endsSilently?: true;
}

/**
 * A stream that is watched. Its signal aborts when its right ends, with what the check rejected with as its reason;
 * dispose it when the stream ends.
 */
export interface LiveStream extends Disposable {
  readonly signal: AbortSignal;
}

interface Watched {
  readonly right: StreamRight;
  readonly streams: Set<AbortController>;
  /** How many checks are under way. */
  asking: number;
}

/** What is smaller need not be watched: it is in the socket's hands before a right could end. Bytes. */
export const WATCHED_SIZE = 128 * KiB;

const TICK_MS = 250;
/** Every so many ticks a right is asked that ends silently. */
const SILENT_TICKS = 2;

/** The streams that are under way in this process. */
export class LiveStreams {
  readonly #news: RightsNews;
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #checking = false;
  #again = false;

  constructor(deps: {
    epochs: RightsNews;
    clock: Clock;
    /** What tells of rights that end while the database is away. */
    removals?: { onTaken(listener: () => void): void };
  }) {
    this.#news = deps.epochs;
    this.#clock = deps.clock;
    this.#news.onChange('identity', () => this.#checkAll());
    this.#news.onChange('repos', () => this.#checkAll());
    // Not after the checks that are under way: the database may leave those without an answer.
    deps.removals?.onTaken(() => {
      for (const watched of this.#watched.values()) void this.#check(watched);
    });
  }

  /** How many streams are under way. */
  get size(): number {
    let size = 0;
    for (const { streams } of this.#watched.values()) size += streams.size;
    return size;
  }

  /** Watches a stream from now on. */
  watch(right: StreamRight): LiveStream {
    const abort = new AbortController();
    let watched = this.#watched.get(right.key);
    if (watched === undefined) {
      watched = { right, streams: new Set(), asking: 0 };
      this.#watched.set(right.key, watched);
    }
    watched.streams.add(abort);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
    // A change between the caller's check and this line was announced to nobody.
    void this.#check(watched);
    return { signal: abort.signal, [Symbol.dispose]: () => this.#forget(watched, abort) };
  }

  #forget(watched: Watched, abort: AbortController): void {
    watched.streams.delete(abort);
    if (watched.streams.size > 0 || this.#watched.get(watched.right.key) !== watched) return;
    this.#watched.delete(watched.right.key);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = this.#clock.now();
    for (const watched of this.#watched.values())
      if (watched.right.expiresAt !== null && watched.right.expiresAt <= now) this.#end(watched);
    this.#ticks += 1;
    if (this.#ticks % SILENT_TICKS === 0) this.#checkSilent();
    // Without news a revocation elsewhere would go unseen: then the database itself is asked, or the stream ends.
    if (!this.#news.areFresh()) this.#checkAll();
  }

  /** Not where an answer is still awaited: a slow database would be asked ever more. */
  #checkSilent(): void {
    for (const watched of this.#watched.values())
      if (watched.right.endsSilently && watched.asking === 0) void this.#check(watched);
  }

  #checkAll(): void {
    if (this.#watched.size === 0) return;
    this.#again = true;
    if (!this.#checking) void this.#checkUntilQuiet();
  }

  async #checkUntilQuiet(): Promise<void> {
    this.#checking = true;
    while (this.#again) {
      this.#again = false;
      await Promise.all(Array.from(this.#watched.values(), (watched) => this.#check(watched)));
    }
    this.#checking = false;
  }

  async #check(watched: Watched): Promise<void> {
    watched.asking += 1;
    try {
      await watched.right.check();
    } catch (error) {
      this.#end(watched, error);
    } finally {
      watched.asking -= 1;
    }
  }

  #end(watched: Watched, reason?: unknown): void {
    if (this.#watched.get(watched.right.key) === watched) this.#watched.delete(watched.right.key);
    for (const abort of watched.streams) abort.abort(reason);
  }
}
