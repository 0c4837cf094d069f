// Starts one of our own programs (`hub`, `prepare`, `notary`, `vault`, `courier`, `runner`) within its confinement and speaks its channel.
import { join } from 'node:path';
import { type Duplex } from 'node:stream';
import { Channel } from '@holdfast/platform/channel';
import { type Descriptor, type Exit } from '@holdfast/platform/process';
import { type ChildLog } from './logs.ts';
import { childFailed } from './faults.ts';
import { type CodeView } from './layout.ts';
import {
  Answer,
  type CourierStart,
  type HubStart,
  type NotaryStart,
  type PrepareStart,
  type RunnerStart,
  type VaultStart,
} from './settings.ts';
import { type Confinement } from './separation/confinement.ts';
import { type ConfinedProcess } from './separation/confined-process.ts';
import { type Confiner } from './separation/confiner.ts';

/** What a child is launched with. */
export interface ChildOptions {
  readonly name: 'hub' | 'prepare' | 'notary' | 'vault' | 'courier' | 'runner';
  readonly confiner: Confiner;
  readonly confinement: Confinement;
  readonly code: CodeView;
  /** Further descriptors, from 4 on: the bound sockets, pipes, then the lock that is only to be held. */
  readonly extra: readonly Descriptor[];
  /** Added to the constant environment; itself constant. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: ChildLog;
}

/** A child that answered `ready`. */
export interface ReadyChild {
  readonly process: ConfinedProcess;
  readonly channel: Channel;
  readonly answer: Extract<Answer, { type: 'ready' }>;
}

/** How long a child may take to load its code and to see that it is not needed, in milliseconds. */
const DISMISSAL = 60_000;

/** A child that loads its code and waits to be told what to do. Launched early, it is ready when its turn comes. */
export class LaunchedChild {
  readonly #name: ChildOptions['name'];
  readonly #process: ConfinedProcess;
  readonly #channel: Channel;
  readonly #tail: () => string;

  constructor(options: ChildOptions) {
    const { confiner, code } = options;
    this.#name = options.name;
    this.#process = confiner.start(options.confinement, {
      env: options.env,
      command: {
        file: confiner.pathOf(code.node),
        // Nobody can open an inspector in it by a signal. A small young generation, and its collection when uploads have
        // brought enough, keep resident memory within 150 MiB of idle; at Node's defaults it went over.
        args: [
          ...['--disable-sigusr1', '--max-semi-space-size=8', '--expose-gc'],
          join(confiner.pathOf(code.root), ...ENTRIES[options.name]),
        ],
      },
      descriptors: ['ignore', 'pipe', 'pipe', 'pipe', ...options.extra],
    });
    this.#tail = keepOutput(this.#process, options.log);
    this.#channel = new Channel(this.#process.end(3));
  }

  /** Our end of one of its descriptors, which must be a pipe. */
  end(n: number): Duplex {
    return this.#process.end(n);
  }

  /** Pids of it and of all that it started. */
  family(): number[] {
    return this.#process.family();
  }

  /** Lets it end without having done anything. */
  async dismiss(): Promise<Exit> {
    await this.#channel[Symbol.asyncDispose]();
    const timer = setTimeout(() => {
      this.#process.kill();
    }, DISMISSAL);
    const exit = await this.#process.exited;
    clearTimeout(timer);
    return exit;
  }

  /**
   * Tells the child what to do and waits for its answer, at most `timeout` milliseconds. Throws `childFailed` with
   * what it said; then nothing of it is left. A frame that `hear` takes is no answer.
   */
  async begin(
    start: HubStart | PrepareStart | NotaryStart | VaultStart | CourierStart | RunnerStart,
    timeout: number,
    hear: (frame: unknown, answer: (reply: object) => void) => boolean = () => false,
  ): Promise<ReadyChild> {
    this.#channel.send(start);
    try {
      const waiting = { name: this.#name, timeout, tail: this.#tail, hear };
      const answer = await untilAnswered(this.#process, this.#channel, waiting);
      return { process: this.#process, channel: this.#channel, answer };
    } catch (error) {
      this.#process.kill();
      throw error;
    }
  }
}

const ENTRIES: Readonly<Record<ChildOptions['name'], readonly string[]>> = {
  hub: ['hub', 'src', 'main.ts'],
  prepare: ['hub', 'src', 'prepare.ts'],
  notary: ['notary', 'src', 'main.ts'],
  vault: ['vault', 'src', 'main.ts'],
  courier: ['courier', 'src', 'main.ts'],
  runner: ['runner', 'src', 'main.ts'],
};

// The end of what it printed, for the message when it fails.
function keepOutput(process: ConfinedProcess, log: ChildLog): () => string {
  let tail = '';
  for (const n of [1, 2])
    process.end(n).on('data', (bytes: Buffer) => {
      log.write(bytes);
      tail = (tail + bytes.toString('latin1')).slice(-2000);
    });
  return () => tail;
}

interface Waiting extends Pick<ChildOptions, 'name'> {
  readonly timeout: number;
  readonly tail: () => string;
  readonly hear: (frame: unknown, answer: (reply: object) => void) => boolean;
}

async function untilAnswered(
  process: ConfinedProcess,
  channel: Channel,
  waiting: Waiting,
): Promise<ReadyChild['answer']> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(childFailed(waiting.name, `no answer within ${String(waiting.timeout / 1000)} s`));
  }, waiting.timeout);
  try {
    let frame = await Promise.race([channel.next(), late]);
    const reply = (answer: object): void => {
      channel.send(answer);
    };
    while (frame !== undefined && waiting.hear(frame, reply))
      frame = await Promise.race([channel.next(), late]);
    if (frame === undefined) throw await silence(process, waiting);
    const answer = Answer.parse(frame);
    if (answer.type === 'failed') throw childFailed(waiting.name, answer.message);
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

async function silence(process: ConfinedProcess, waiting: Waiting): Promise<Error> {
  const exit = await process.exited;
  const how = exit.signal ?? `code ${String(exit.code)}`;
  const said = lastWords(waiting.tail());
  return childFailed(waiting.name, `it ended (${how})${said === '' ? '' : `; it said:\n    ${said}`}`);
}

// The error it died of, without the frames below it; else the last lines.
function lastWords(output: string): string {
  const lines = output.trim().split('\n');
  const error = lines.findLastIndex((line) => /^[A-Za-z]*Error\b/.test(line));
  return (error === -1 ? lines.slice(-8) : lines.slice(error, error + 4)).join('\n    ');
}
