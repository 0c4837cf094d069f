// Where checkpoints go, beyond the reach of whoever rules the database: a file, and an HTTP endpoint that takes a POST.
// Each gets the newest one, at most one a second; nothing waits for them.
import { setTimeout as delay } from 'node:timers/promises';
import { type Log } from '@holdfast/platform/log';
import { findText, writeText } from '@holdfast/platform/private-files';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { type NoteSigner, verifierOf } from './note.ts';

/** Between two checkpoints for one place, in milliseconds. */
const PACE_MS = 1_000;
const TIMEOUT_MS = 10_000;

/** Which places there are. */
export interface PlaceSettings {
  readonly file: string | null;
  readonly url: string | null;
}

/** Sends checkpoints on. */
export class Places implements AsyncDisposable {
  readonly #settings: PlaceSettings;
  readonly #targets: readonly Target[];

  constructor(settings: PlaceSettings, log: Log) {
    this.#settings = settings;
    const { file, url } = settings;
    this.#targets = [
      ...(file === null
        ? []
        : [new Target('the file', (note) => writeText(file, note, { mode: 0o644 }), log)]),
      ...(url === null ? [] : [new Target('the endpoint', (note) => post(url, note), log)]),
    ];
  }

  /** The checkpoint that the file holds, when this key signed it. */
  async readBack(signer: NoteSigner): Promise<Checkpoint | undefined> {
    const { file } = this.#settings;
    const note = file === null ? undefined : await findText(file);
    return note === undefined ? undefined : openCheckpoint(note, verifierOf(signer));
  }

  /** Hands over the newest checkpoint. */
  offer(note: string): void {
    for (const target of this.#targets) target.offer(note);
  }

  /** Waits until each place has the newest, or failed once more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.finish()));
  }
}

class Target {
  readonly #name: string;
  readonly #put: (note: string) => Promise<void>;
  readonly #log: Log;
  readonly #closing = new AbortController();
  #next: string | undefined;
  #work: Promise<void> | undefined;

  // oxlint-disable-next-line max-params -- a name, what it does, and where it complains
  constructor(name: string, put: (note: string) => Promise<void>, log: Log) {
    this.#name = name;
    this.#put = put;
    this.#log = log;
  }

  offer(note: string): void {
    this.#next = note;
    this.#work ??= this.#putNext();
  }

  async finish(): Promise<void> {
    this.#closing.abort();
    await this.#work;
  }

  async #putNext(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#next !== undefined) {
      const note = this.#next;
      this.#next = undefined;
      try {
        await this.#put(note);
      } catch (err) {
        this.#log.error({ err }, `${this.#name} for checkpoints did not take one; the newest is tried again`);
        if (!signal.aborted) this.#next ??= note;
      }
      await delay(PACE_MS, undefined, { signal }).catch(() => undefined);
    }
    this.#work = undefined;
  }
}

async function post(url: string, note: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: note,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`it answered ${String(answer.status)}`);
}
