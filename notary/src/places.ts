// Where checkpoints go, beyond the reach of whoever rules the database: a file, and an HTTP endpoint. Each gets the newest one,
// at most one a second; nothing waits for them. At a start both are asked what they have, and an endpoint that did not tell
// gets nothing until it did: what it knows of a later state must not be written over by an older one.
import { setTimeout as delay } from 'node:timers/promises';
import { type Log } from '@holdfast/platform/log';
import { findText, writeText } from '@holdfast/platform/private-files';
import { epochOf, openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { askCheckpoint, postCheckpoint } from './endpoint.ts';
import { type NoteSigner, verifierOf } from './note.ts';
import { type OwnFolder } from './own-folder.ts';
import { Target } from './target.ts';

/** For how long a start asks an endpoint that does not tell, where nothing else tells; and how often. */
const PATIENCE_MS = 20_000;
const ASK_PACE_MS = 1_000;
/** Between two questions later. */
const LATER_MS = 5_000;

/** Which places there are. */
export interface PlaceSettings {
  readonly file: string | null;
  readonly url: string | null;
}

/** What the places have last. */
export interface ReadBack {
  /** Checkpoints that this key signed, of this log. */
  readonly exported: readonly Checkpoint[];
  /** Whether there is an endpoint, and it did not tell. */
  readonly silent: boolean;
}

type EndpointMemory = Pick<OwnFolder, 'knowsEndpoint' | 'noteEndpoint' | 'forgetEndpoint'>;

/** Sends checkpoints on, and reads them back. */
export class Places implements AsyncDisposable {
  readonly #settings: PlaceSettings;
  readonly #log: Log;
  readonly #file: Target | undefined;
  readonly #endpoint: Target | undefined;
  readonly #own: EndpointMemory;
  readonly #closing = new AbortController();
  #answered: (note: string, answer: string) => Promise<void> = () => Promise.resolve();
  #open = false;
  #known = false;
  #withheld: string | undefined;

  // oxlint-disable-next-line max-params -- the places, what is known of them, and where they complain
  constructor(settings: PlaceSettings, own: EndpointMemory, log: Log) {
    this.#settings = settings;
    this.#own = own;
    this.#log = log;
    const { file, url } = settings;
    if (file !== null)
      this.#file = new Target('the file', (note) => writeText(file, note, { mode: 0o644 }), log);
    if (url !== null) this.#endpoint = new Target('the endpoint', (note) => this.#post(url, note), log);
  }

  /**
   * What the places have, before anything is sent to them. An endpoint that does not tell is asked for twenty seconds where nobody
   * else `vouches` for what was signed last, which the file does; otherwise once, and later by `untilTold`.
   */
  async readBack(signer: NoteSigner, vouched: boolean): Promise<ReadBack> {
    const { file, url } = this.#settings;
    const note = file === null ? undefined : await findText(file);
    const filed = note === undefined ? undefined : openOwn(note, signer);
    const exported = filed === undefined ? [] : [filed];
    if (url === null) return { exported, silent: false };
    const patience = vouched || filed !== undefined ? 0 : PATIENCE_MS;
    const told = await this.#ask(url, signer, { pace: ASK_PACE_MS, patience });
    return { exported: [...exported, ...(told ?? [])], silent: told === undefined };
  }

  /** Asks until the endpoint tells, and gives what it has. Never settles once this is disposed of. */
  async untilTold(signer: NoteSigner): Promise<readonly Checkpoint[]> {
    const { url } = this.#settings;
    const told = url === null ? [] : await this.#ask(url, signer, { pace: LATER_MS, patience: Infinity });
    return told ?? (await new Promise<never>(() => undefined));
  }

  /** Lets checkpoints go to the endpoint: what it had was compared, or its loss is accepted. */
  openEndpoint(): void {
    this.#open = true;
    if (this.#withheld !== undefined) this.#endpoint?.offer(this.#withheld);
    this.#withheld = undefined;
  }

  /** Believes an endpoint that says it has none once more: what it had is given up. */
  async forgetEndpoint(): Promise<void> {
    await this.#own.forgetEndpoint();
    this.#known = false;
  }

  /** Has what the endpoint answers to a checkpoint looked at: a witness signs it. One listener. */
  onAnswer(listener: (note: string, answer: string) => Promise<void>): void {
    this.#answered = listener;
  }

  async #post(url: string, note: string): Promise<void> {
    const answer = await postCheckpoint(url, note);
    await this.#noteEndpoint(url);
    if (answer !== '') await this.#answered(note, answer);
  }

  // What the endpoint told, or took, holds though this cannot be kept.
  async #noteEndpoint(url: string): Promise<void> {
    if (this.#known) return;
    try {
      await this.#own.noteEndpoint(url);
      this.#known = true;
    } catch (err) {
      this.#log.error(
        { err },
        'that the endpoint has a checkpoint could not be kept beside the key; it is tried again',
      );
    }
  }

  // `undefined`: it did not tell. What this key did not sign counts as silence, because who stands between could say it.
  // oxlint-disable-next-line max-params -- whom, whose words are believed, and for how long
  async #ask(
    url: string,
    signer: NoteSigner,
    { pace, patience }: { readonly pace: number; readonly patience: number },
  ): Promise<readonly Checkpoint[] | undefined> {
    const { signal } = this.#closing;
    const until = performance.now() + patience;
    for (let first = true; !signal.aborted; first = false) {
      try {
        const note = await askCheckpoint(url, signal);
        const found = note === undefined ? undefined : openOwn(note, signer);
        if (note !== undefined && found === undefined)
          throw new Error('what it has was not signed for this ledger');
        // Who can empty it, or answers in its place, would have an older ledger served in silence.
        if (found === undefined && (await this.#own.knowsEndpoint(url)))
          throw new Error(
            'it has none, and had one before. Only at the first start with an endpoint does that mean that there was none: ' +
              'hand it the newest checkpoint that you have, or name another endpoint',
          );
        if (found !== undefined) await this.#noteEndpoint(url);
        this.#log.info({ size: found?.size ?? null }, 'the endpoint told which checkpoint it has last');
        return found === undefined ? [] : [found];
      } catch (err) {
        if (first) this.#log.error({ err }, 'the endpoint for checkpoints does not tell which it has last');
      }
      if (performance.now() >= until) return undefined;
      await delay(pace, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }

  /** Hands over the newest checkpoint; the endpoint gets it once it is open. */
  offer(note: string): void {
    this.#file?.offer(note);
    if (this.#open) this.#endpoint?.offer(note);
    else this.#withheld = note;
  }

  /** Waits until each place has the newest, or failed once more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#file?.finish(), this.#endpoint?.finish()]);
  }
}

// A checkpoint that this key signed for another log says nothing of this one.
function openOwn(note: string, signer: NoteSigner): Checkpoint | undefined {
  const found = openCheckpoint(note, verifierOf(signer));
  return found !== undefined && epochOf(found.origin, signer.name) !== undefined ? found : undefined;
}
