// The door of a run, played by a test: it says what doors say to the vault, and hears what the vault says to it.
import { setTimeout as delay } from 'node:timers/promises';
import {
  DOOR_TO_VAULT,
  readGrant,
  VAULT_TO_DOOR,
  VaultWord,
  type GrantedSecret,
} from '@holdfast/door/run/lease';
import { openSealing } from '@holdfast/kernel/sealing';
import { stateOf, type TestRun } from './vault-runs.ts';
import { type TestVault } from './vault.ts';

/** Where a played door sends requests. */
export const ROUTE = { host: 'api.openai.com', method: 'POST', template: '/v1/responses' };

/** A played door. */
export class PlayedDoor {
  readonly #vault: Pick<TestVault, 'runner'>;
  readonly #run: Pick<TestRun, 'run' | 'door'>;
  readonly #from;
  readonly #to;
  #number = 0;

  constructor(vault: Pick<TestVault, 'runner'>, run: Pick<TestRun, 'run' | 'door'>) {
    this.#vault = vault;
    this.#run = run;
    const { key } = stateOf(vault);
    this.#from = openSealing(run.door, key, VAULT_TO_DOOR);
    this.#to = openSealing(run.door, key, DOOR_TO_VAULT);
  }

  /** What it was told so far, grants aside. */
  get words(): readonly VaultWord[] {
    return this.#boxes('word').map((box) => VaultWord.parse(JSON.parse(this.#open(box).toString('utf8'))));
  }

  /** What it was granted, one grant after the other. */
  get grants(): readonly (readonly GrantedSecret[])[] {
    return this.#boxes('grant').map((box) => readGrant(this.#open(box)).secrets);
  }

  /** What each grant left under way. */
  get lastingOfGrants(): readonly (readonly string[])[] {
    return this.#boxes('grant').map((box) => readGrant(this.#open(box)).lasting);
  }

  /** What it may use by the last word. */
  get versions(): readonly string[] {
    const last = this.words.findLast(({ type }) => type === 'alive');
    return last?.type === 'alive' ? last.versions : [];
  }

  /** What was replaced, and may go on where it is under way, by the last word. */
  get lasting(): readonly string[] {
    const last = this.words.findLast(({ type }) => type === 'alive');
    return last?.type === 'alive' ? last.lasting : [];
  }

  /** The first word that fits, also one that came before. */
  async until(fits: (word: VaultWord) => boolean): Promise<VaultWord> {
    for (let n = 0; n < 3_000; n += 1) {
      const found = this.words.find(fits);
      if (found !== undefined) return found;
      await delay(20);
    }
    throw new Error(`the door was not told so; it was told ${JSON.stringify(this.words).slice(0, 2_000)}`);
  }

  /** Says a word; gives its number. */
  say(word: { readonly type: string; readonly [key: string]: unknown }): number {
    this.#number += 1;
    const text = JSON.stringify({ ...word, number: this.#number });
    const { run } = this.#run;
    this.#vault.runner.say({ type: 'door', run, box: this.#to.seal(Buffer.from(text), run) });
    return this.#number;
  }

  /** Asks whether it may use a version, as before the first request on a route; gives the question's number and the answer. */
  async ask(version: string, host = ROUTE.host): Promise<Extract<VaultWord, { type: 'answer' }>> {
    const number = this.say({ type: 'ask', version, route: { ...ROUTE, host } });
    const answer = await this.until((word) => word.type === 'answer' && word.ask === number);
    if (answer.type !== 'answer') throw new Error('it is an answer');
    return answer;
  }

  #boxes(kind: 'word' | 'grant'): string[] {
    return this.#vault.runner.frames.flatMap((frame) =>
      frame.type === 'door' && frame.kind === kind && frame.run === this.#run.run ? [frame.box] : [],
    );
  }

  #open(box: string): Buffer {
    return this.#from.open(box, this.#run.run);
  }
}

/** Waits until something holds: patiently, as a busy machine needs it. */
export async function untilTrue(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let n = 0; n < 3_000; n += 1) {
    if (await holds()) return;
    await delay(20);
  }
  throw new Error(`it did not come to pass: ${what}`);
}
