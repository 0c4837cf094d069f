// The notary as a process of its own, for tests that kill it: the test is its supervisor.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type Duplex } from 'node:stream';
import { Channel } from '@holdfast/platform/channel';
import { type TestDatabase } from './database.ts';
import { ROOT } from './program.ts';

/** A running one. */
export class NotaryProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #channel: Channel;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#channel = new Channel(child.stdio[3] as Duplex);
  }

  /** Starts it with this folder of its own, and waits until it is ready. */
  static async start({ notary: address }: TestDatabase, folder: string): Promise<NotaryProcess> {
    const child = spawn(process.execPath, [path.join(ROOT, 'notary/src/main.ts')], {
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const notary = new NotaryProcess(child);
    const { password, ...postgres } = address;
    notary.#channel.send({
      type: 'start',
      settings: {
        ...{
          folder,
          postgres: { ...postgres, embedded: true },
          checkpoints: { file: null, url: null, witnesses: [] },
        },
        ...{ keepDays: null, acceptLoss: false, restored: false, goesOn: false },
      },
      secrets: { postgresPassword: password.reveal('the test is the supervisor') },
    });
    const said = JSON.stringify(await notary.#channel.next());
    if (said !== '{"type":"ready"}') throw new Error(`the notary is not ready: ${said}`);
    return notary;
  }

  /** Keeps it from signing until it goes on, or is killed. */
  hold(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#channel[Symbol.asyncDispose]();
  }
}
