// A runner that starts no sandbox: it speaks the real frames over a real channel, and serves a program of the test's own on
// the socket where a run's visitors come in.
import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type Socket } from 'node:net';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Channel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { FromRunner, ToRunner, type RunStage, type Want } from '@holdfast/runner/frames';
import { ChannelToRunner } from '../../src/runner-link.ts';
import { type ServedHubOptions } from './served-hub.ts';
import { openScratch } from './scratch.ts';
import { socketPair } from './socket-pair.ts';

type Frame = ToRunner;
type Status = Extract<FromRunner, { type: 'status' }>;

/** The runner's side of a hub. */
export class StandInRunner implements AsyncDisposable {
  readonly folders: { readonly sources: string; readonly visit: string };
  /** Every frame that the hub sent. */
  readonly heard: Frame[] = [];
  /** What the hub is opened with. */
  readonly options: Pick<ServedHubOptions, 'runner' | 'spaces'>;
  readonly #channel: Channel;
  readonly #servers = new Map<string, { readonly server: Server; readonly sockets: Set<Socket> }>();
  readonly #opened: AsyncDisposableStack;

  private constructor(
    ends: { readonly hub: Channel; readonly runner: Channel },
    folder: string,
    opened: AsyncDisposableStack,
  ) {
    this.#opened = opened;
    this.folders = { sources: `${folder}/sources`, visit: `${folder}/visit` };
    this.#channel = ends.runner;
    const log = openLog('test', { write: () => undefined });
    this.options = { runner: new ChannelToRunner(ends.hub, log), spaces: this.folders };
    // What the hub sends is read as the runner reads it.
    ends.runner.onFrame((frame) => void this.heard.push(ToRunner.parse(frame)));
  }

  /** Opens one that has said nothing yet. */
  static async open(): Promise<StandInRunner> {
    await using opened = new AsyncDisposableStack();
    const scratch = opened.use(await openScratch('runner'));
    const [one, other] = await socketPair(`${scratch.path}/pair.sock`);
    const ends = { hub: new Channel(one), runner: opened.use(new Channel(other)) };
    await mkdir(`${scratch.path}/visit`);
    return new StandInRunner(ends, scratch.path, opened.move());
  }

  /** Says something. */
  say(frame: FromRunner): void {
    this.#channel.send(FromRunner.parse(frame));
  }

  /** Says that programs run here, or why they do not. */
  able(problem: string | null = null, runs: Extract<FromRunner, { type: 'able' }>['runs'] = []): void {
    this.say({ type: 'able', problem, runs });
  }

  /** Is gone, as the supervisor says it. */
  gone(): void {
    this.#channel.send({ gone: true });
  }

  /** Says how a Space is. */
  status(want: Pick<Want, 'space' | 'generation'>, stage: RunStage, rest: Partial<Status> = {}): void {
    const { space, generation } = want;
    this.say({
      type: 'status',
      space,
      generation,
      stage,
      message: null,
      serving: null,
      leaving: [],
      ...rest,
    });
  }

  /** Serves a program as a new run of a wish, and says that it runs, and which runs leave for it. Returns the run. */
  async serve(
    want: Pick<Want, 'space' | 'generation' | 'commit'>,
    program: RequestListener | Server,
    leaving: string[] = [],
  ): Promise<string> {
    const run = randomBytes(12).toString('hex');
    const server = typeof program === 'function' ? createServer(program) : program;
    server.listen(`${this.folders.visit}/${run}.sock`);
    await once(server, 'listening');
    // Those that were upgraded are no longer the server's, and are waited for all the same.
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    });
    this.#servers.set(run, { server, sockets });
    const startedAt = new Date().toISOString();
    this.status(want, 'RUNNING', { serving: { run, commit: want.commit, startedAt }, leaving });
    return run;
  }

  /** Ends a run. What is under way there is cut off. */
  async end(run: string): Promise<void> {
    const serving = this.#servers.get(run);
    this.#servers.delete(run);
    for (const socket of serving?.sockets ?? []) socket.destroy();
    await new Promise<void>((resolve) =>
      serving === undefined ? resolve() : serving.server.close(() => resolve()),
    );
    await rm(`${this.folders.visit}/${run}.sock`, { force: true });
  }

  /** The last wish for a Space, once one is there that the test wants. */
  async wanted(name: string, is: (want: Want) => boolean = () => true): Promise<Want> {
    return (await this.#find((frame) => frame.type === 'want' && frame.name === name && is(frame))) as Want;
  }

  /** The first frame that is like this, once the hub sent it. */
  async sent<Type extends Frame['type']>(type: Type, from = 0): Promise<Extract<Frame, { type: Type }>> {
    const found = await this.#find((frame) => frame.type === type && this.heard.indexOf(frame) >= from);
    return found as Extract<Frame, { type: Type }>;
  }

  async #find(is: (frame: Frame) => boolean): Promise<Frame> {
    for (let tries = 0; tries < 2_400; tries += 1) {
      const found = this.heard.findLast(is);
      if (found !== undefined) return found;
      await delay(25);
    }
    assert.fail(`the hub did not say it; it said ${JSON.stringify(this.heard).slice(0, 2_000)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const run of [...this.#servers.keys()]) await this.end(run);
    await this.#opened.disposeAsync();
  }
}
