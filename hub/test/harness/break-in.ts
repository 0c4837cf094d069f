// Code of somebody else in the hub's process: a checkout whose hub loads it before the product's own, and what it is asked to do then.
import assert from 'node:assert/strict';
import { cp, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Heard, type Words } from '../abuse/taken-over/channels.ts';
import { type Instance } from './instance.ts';
import { ROOT } from './program.ts';

/** Puts the intruder into a checkout. The hub that is started of it next is taken over. */
export async function plantIntruder(checkout: string): Promise<void> {
  const code = path.join(checkout, 'hub', 'src');
  const from = path.join(ROOT, 'hub', 'test', 'abuse', 'taken-over');
  await cp(from, path.join(code, 'taken-over'), { recursive: true });
  await rename(path.join(code, 'main.ts'), path.join(code, 'product.ts'));
  await writeFile(path.join(code, 'main.ts'), "import './taken-over/intruder.ts';\nimport './product.ts';\n");
}

type Frame = Heard['frames'][number];

const PATIENCE = 60_000;

/** The intruder, as the test moves it. */
export class Intruder {
  readonly #instance: Instance;
  /** All that was said to the hub since it was taken over. */
  readonly frames: Frame[] = [];

  private constructor(instance: Instance) {
    this.#instance = instance;
  }

  /** Breaks in while the instance runs: the hub ends, and the next one is of the checkout that the intruder is in. */
  static async breakIn(instance: Instance, checkout: string): Promise<Intruder> {
    const before = await instance.hubPid();
    await plantIntruder(checkout);
    process.kill(before, 'SIGKILL');
    const intruder = new Intruder(instance);
    for (const until = Date.now() + PATIENCE; ; await delay(200)) {
      const answered = await intruder.obey({}).catch(() => undefined);
      if (answered !== undefined) return intruder;
      assert.ok(Date.now() < until, 'the hub that was taken over does not serve');
    }
  }

  /** Has it do something; what it heard since is among the frames. */
  async obey(words: Omit<Words, 'from'>): Promise<Heard> {
    const from = this.frames.length;
    const answer = await fetch(`${this.#instance.url}/taken-over/words`, {
      method: 'POST',
      body: JSON.stringify({ ...words, from }),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    const heard = JSON.parse(text) as Heard;
    // Another question may have brought the same meanwhile.
    this.frames.push(...heard.frames.slice(this.frames.length - from));
    return heard;
  }

  /** Says one thing. */
  async say(fd: number, frame: object): Promise<void> {
    await this.obey({ say: [{ fd, frame }] });
  }

  /** One statement as the hub's role: its rows, or the code of the refusal. */
  async ask(statement: string): Promise<Heard['answers'][number]> {
    const { answers } = await this.obey({ ask: [statement] });
    return answers[0] ?? {};
  }

  /** Which run of a Space its runner says next that it uses something. */
  async usingRun(space: string): Promise<unknown> {
    const fits = (frame: Frame): boolean => frame['type'] === 'usage' && frame['space'] === space;
    return (await this.until(fits, this.frames.length))['run'];
  }

  /** The first frame from here on that fits. */
  async until(fits: (frame: Frame) => boolean, from = 0): Promise<Frame> {
    for (const until = Date.now() + PATIENCE; ; await delay(100)) {
      await this.obey({});
      const found = this.frames.slice(from).find(fits);
      if (found !== undefined) return found;
      const said = JSON.stringify(this.frames.slice(from)).slice(-4_000);
      assert.ok(Date.now() < until, `nobody said it to the hub; it heard ${said}`);
    }
  }
}
