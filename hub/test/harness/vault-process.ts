// The vault as a process of its own, for tests that kill it: the test is supervisor, hub, runner and operator to it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Duplex } from 'node:stream';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { presentVerifier, verifierOf, type NoteSigner } from '@holdfast/notary/note';
import { Channel } from '@holdfast/platform/channel';
import { HUB_TO_VAULT, type ToHub, type ToOperator, type ToRunner } from '@holdfast/vault/frames';
import { type TestDatabase } from './database.ts';
import { ROOT } from './program.ts';
import { BY, OURS } from './vault.ts';

/** What it runs on. */
export interface VaultSite {
  readonly database: TestDatabase;
  /** Its folder, with root key and journal. */
  readonly folder: string;
  readonly signer: NoteSigner;
  /** Its log goes nowhere: what it stands on is killed, and it says so of each word that it cannot answer. */
  readonly isQuiet?: boolean;
}

type Frame = ToHub | ToRunner | ToOperator;

/** A running one. */
export class VaultProcess implements AsyncDisposable {
  /** All that it said to hub, runner and operator. */
  readonly frames: Frame[] = [];
  readonly #child: ChildProcess;
  readonly #channels: readonly Channel[];
  readonly #site: VaultSite;
  #calls = 0;

  private constructor(site: VaultSite, child: ChildProcess) {
    this.#site = site;
    this.#child = child;
    this.#channels = [3, 4, 5, 6].map((fd) => new Channel(child.stdio[fd] as Duplex));
    for (const channel of this.#channels.slice(1))
      channel.onFrame((frame) => void this.frames.push(frame as Frame));
  }

  /** Starts it, and waits until it is ready. */
  static async start(site: VaultSite): Promise<VaultProcess> {
    const { database, folder, signer, isQuiet = false } = site;
    const child = spawn(process.execPath, [path.join(ROOT, 'vault/src/main.ts')], {
      env: {},
      stdio: ['ignore', 'ignore', isQuiet ? 'ignore' : 'inherit', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const vault = new VaultProcess(site, child);
    const { password, ...postgres } = database.vault;
    vault.#channels[0]?.send({
      type: 'start',
      settings: {
        ...{
          folder,
          instance: 'test',
          postgres: { ...postgres, embedded: true },
          notary: presentVerifier(verifierOf(signer)),
          keepDays: null,
          ours: OURS,
        },
        ...{ acceptLoss: false, restored: false },
      },
      secrets: { postgresPassword: password.reveal('the test is the supervisor'), passphrase: null },
    });
    await Promise.race([
      vault.until((frame) => frame.type === 'state'),
      once(child, 'exit').then(() => Promise.reject(new Error('the vault ended'))),
    ]);
    return vault;
  }

  /** The first frame that fits, also one that came before. */
  async until<Fitting extends Frame>(fits: (frame: Frame) => frame is Fitting): Promise<Fitting>;
  async until(fits: (frame: Frame) => boolean): Promise<Frame>;
  async until(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (let n = 0; n < 4_000; n += 1) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      await delay(10);
    }
    throw new Error(`the vault did not say it; it said ${JSON.stringify(this.frames).slice(0, 2_000)}`);
  }

  /** Its public key, and why it is sealed. */
  get state(): { readonly key: string; readonly sealed: string | null } {
    const state = this.frames.findLast((frame) => frame.type === 'state');
    if (state?.type !== 'state') throw new Error('it has not said how it is');
    return state;
  }

  /** Of the process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  say(to: 'hub' | 'runner' | 'operator', frame: object): void {
    this.#channels[{ hub: 1, runner: 2, operator: 3 }[to]]?.send(frame);
  }

  /** Sets a secret; its answer is told by its number. */
  write(space: string, body: object): number {
    const own = makeSealingPair();
    const bytes = Buffer.from(JSON.stringify(body));
    const box = openSealing(own, this.state.key, HUB_TO_VAULT).seal(bytes, space);
    this.#calls += 1;
    this.say('hub', { type: 'write', id: this.#calls, space, key: own.publicKey, box, by: BY, taken: [] });
    return this.#calls;
  }

  /** The answer to a write. */
  async answer(call: number): Promise<Frame> {
    return await this.until((frame) => 'id' in frame && frame.id === call);
  }

  /** Waits until the last line of its journal fits. */
  async untilNoted(fits: (line: string) => boolean): Promise<void> {
    const file = path.join(this.#site.folder, 'journal-test.jsonl');
    for (let n = 0; n < 4_000; n += 1) {
      const lines = (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n');
      if (fits(lines.at(-1) ?? '')) return;
      await delay(5);
    }
    throw new Error('the vault did not note it');
  }

  /** Kills it; what it had said by then is among the frames when this returns. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
    await delay(50);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    for (const channel of this.#channels) await channel[Symbol.asyncDispose]();
  }
}
