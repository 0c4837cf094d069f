// One run: an app in its sandbox, with its door. Whatever ends first, the rest ends with it.
import { setTimeout as delay } from 'node:timers/promises';
import { FromDoor, type DoorStart } from '@holdfast/door/run/frames';
import { type Id } from '@holdfast/kernel/id';
import { GRACE_MS } from '@holdfast/kernel/space-lease';
import { Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { type Doors } from '../doors/doors.ts';
import { type Door } from '../doors/start-door.ts';
import { type OwnAddresses } from '../own-addresses.ts';
import { type Want } from '../frames.ts';
import { type Sandbox, type SandboxRuntime, type SandboxSpec, type SandboxUsage } from '../sandbox/index.ts';
import { type ToldContacts } from './contacts.ts';
import { type LogLines } from './log-lines.ts';
import { type Ran } from './backoff.ts';
import { HandOver, type DoorIdentity, type SecretSource } from '../secrets/hand-over.ts';
import { ReleaseRefused, type DoorBox } from '../secrets/vault-link.ts';
import { InsideWords, type InsideWord } from './from-inside.ts';
import { bindSockets } from './run-sockets.ts';
import { doorSettings, insideStart, specOf, type InsideProgram } from './run-spec.ts';

/** The machine, and where the hub is on it. */
interface Outside extends Pick<DoorStart, 'own' | 'resolver'> {
  readonly hub: Omit<DoorStart['hub'], 'proof'>;
}

/** What runs share. */
export interface RunGround {
  readonly runtime: SandboxRuntime;
  readonly doors: Doors;
  /** The folder of runs, and of the sockets by which the hub reaches them. */
  readonly folder: string;
  readonly visit: string;
  /** What a door that is opened now is told of the machine. */
  readonly outside: () => Promise<Outside>;
  /** Tells what of that becomes otherwise. */
  readonly own: Pick<OwnAddresses, 'follow'>;
  /** Authorities (PEM) by which doors believe the hosts of brokered secrets, beside the public ones. */
  readonly hostCertificates: string | null;
  readonly inside: InsideProgram;
  readonly secrets: SecretSource;
  readonly log: Log;
}

/** One run. */
export interface RunPlan {
  readonly id: Id;
  readonly want: Want;
  /** Parts of the root and further folders: base, environment, sources. */
  readonly root: SandboxSpec['root'];
  readonly mounts: SandboxSpec['mounts'];
  readonly user: number | null;
  readonly lines: LogLines;
  /** For whoever runs this machine. */
  readonly log: Log;
  /** Its ticket is asked for: from here on the hub has to be told of its end. */
  readonly asking: () => void;
  /** A connection that the door refused. */
  readonly refused: (what: { readonly host: string; readonly why: string; readonly count: number }) => void;
  /** Whom the app reached. */
  readonly contacted: (told: ToldContacts) => void;
}

/** How a run ended. */
export interface RunEnd extends Ran {
  readonly why: string;
}

/** Bytes through the door since the start, and visitors. */
interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly open: number;
  /** When somebody last visited. */
  readonly lastVisit: number;
}

interface AppExit {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Parts {
  readonly sandbox: Sandbox;
  readonly door: Door;
  /** Settles once the door serves. */
  readonly opened: Promise<DoorIdentity | null>;
  /** Where the Space has secrets. */
  readonly handOver: HandOver | undefined;
  readonly visits: 'socket' | 'waiting';
  readonly clean: () => Promise<void>;
}

/** How long a door may take to be there. */
const DOOR_PATIENCE = 20_000;
/**
 * An app that loses its door may end of that, and be heard of first: so long an end of the app's own doing may yet turn out to be
 * its door's. Milliseconds.
 */
const DOOR_NEWS = 200;
/** Why a run is ended whose program inside says what it never says. */
const REPLACED = 'something in it spoke in place of the program that this hub runs beside it';

/** A run that was started. */
export class Run {
  readonly id: Id;
  readonly want: Want;
  readonly startedAt = new Date();
  /** Settles once the app accepts visitors; `false` when it ended before. */
  readonly listening: Promise<boolean>;
  /** Settles when its last process is dead and nothing of it is left. */
  readonly ended: Promise<RunEnd>;
  readonly #sandbox: Sandbox;
  readonly #door: Door;
  readonly #inside: Channel;
  readonly #words = new InsideWords();
  #isReplaced = false;
  readonly #handOver: HandOver | undefined;
  /** Settles once the door serves, or will not. */
  readonly #opened: Promise<void>;
  #listened = false;
  #cause: RunEnd['cause'] = 'app';
  #why: string | undefined;
  /** How the app ended, as told from inside. */
  #exit: AppExit | undefined;
  #traffic: Traffic = { sentBytes: 0, receivedBytes: 0, open: 0, lastVisit: Date.now() };

  private constructor(plan: RunPlan, parts: Parts) {
    this.id = plan.id;
    this.want = plan.want;
    const { sandbox, door, opened, handOver, clean } = parts;
    this.#handOver = handOver;
    this.#sandbox = sandbox;
    this.#door = door;
    this.#inside = new Channel(sandbox.channel);
    plan.lines.follow(sandbox.output.stdout);
    plan.lines.follow(sandbox.output.stderr);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.listening = promise;
    this.#inside.onFrame((frame) => {
      if (!this.#isReplaced && !this.#accept(this.#words.take(frame), resolve)) this.#endReplaced();
    });
    void this.#inside.closed.then((error) => {
      // It said what cannot be read. That it is gone is no word: its end is heard of otherwise.
      if (error instanceof SyntaxError || error instanceof RangeError) this.#endReplaced();
    });
    this.#opened = this.#meetDoor(plan, opened);
    this.ended = this.#end(clean).finally(() => {
      resolve(false);
    });
    this.#inside.send(insideStart(plan.want, { secrets: handOver?.peer ?? null, visits: parts.visits }));
  }

  /** Starts it. Throws what making a sandbox throws; nothing is left then. */
  static async start(ground: RunGround, plan: RunPlan): Promise<Run> {
    await using stack = new AsyncDisposableStack();
    const sockets = await bindSockets(ground, plan.id, stack);
    // First in, last out: it says that nothing is left, the door included.
    const handOver = stack.use(
      beginHandOver(ground, plan, (box) => {
        door.channel.send({ type: 'box', ...box });
      }),
    );
    // Its sandbox first: nothing of the app waits for the door.
    const making = ground.runtime.openSandbox(specOf(ground.inside, plan, sockets));
    making.catch(() => undefined); // seen below
    const door = await orEnd(making, () =>
      ground.doors.open({
        mounts: [{ path: sockets.incoming, access: 'read' }],
        descriptors: sockets.forDoor,
      }),
    );
    stack.defer(async () => {
      door.kill();
      await door.exited.catch(() => undefined);
    });
    // Not waited for: an app takes longer to come to its first connection, and that would wait for the door.
    const opened = openDoor(
      door,
      { ...doorSettings(plan.want), incoming: sockets.app, secrets: secretsOf(ground, handOver) },
      { ...ground, outside: async () => withProof(await ground.outside(), await handOver?.proof) },
    );
    opened.catch(() => undefined); // the run sees it
    const sandbox = await making;
    // The children have them.
    sockets.letGo();
    const kept = stack.move();
    try {
      const clean = async (): Promise<void> => await kept.disposeAsync();
      return new Run(plan, { sandbox, door, opened, handOver, visits: sockets.visits, clean });
    } catch (error) {
      await sandbox.kill();
      await kept.disposeAsync();
      throw error;
    }
  }

  /** What went through its door, and who visits. */
  get traffic(): Traffic {
    return this.#traffic;
  }

  /** What it uses. To find that out takes time where there are no control groups: each of its processes is looked at. */
  usage(): SandboxUsage {
    return this.#sandbox.usage();
  }

  /** Lets the app say farewell, and ends it. Settles with `ended`. */
  async stop(why: string, graceMs = GRACE_MS): Promise<void> {
    this.#why ??= why;
    this.#inside.send({ type: 'stop', graceMs });
    const timer = setTimeout(() => void this.#kill(), graceMs + 1_000);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  async kill(why: string): Promise<void> {
    this.#why ??= why;
    await this.#kill();
    await this.ended;
  }

  async #kill(): Promise<void> {
    await this.#sandbox.kill().catch(() => undefined); // `ended` tells
  }

  get #isEnding(): boolean {
    return this.#why !== undefined || this.#exit !== undefined;
  }

  /** From inside comes what the app wants us to read. `false`: the program inside would not have said that, or not now. */
  #accept(told: InsideWord | undefined, listening: (is: boolean) => void): boolean {
    switch (told?.type) {
      case 'listening':
        void this.#opened.then(() => {
          // An app without a door is not there for anybody.
          if (this.#isEnding) return;
          this.#listened = true;
          listening(true);
        });
        return true;
      case 'key':
        void this.#give(told.key);
        return this.#handOver !== undefined;
      case 'opened':
        return this.#handOver?.delivered() ?? false;
      case 'exited':
        this.#exit ??= told;
        return true;
      default:
        return false;
    }
  }

  // Whoever took its place, and says that without end, is heard no more and ended.
  #endReplaced(): void {
    this.#isReplaced = true;
    void this.#inside[Symbol.asyncDispose]();
    void this.kill(REPLACED);
  }

  async #give(key: string): Promise<void> {
    try {
      await this.#opened;
      if (this.#isEnding) return;
      const secrets = await this.#handOver?.fetch(key);
      if (secrets !== undefined) this.#inside.send(secrets);
    } catch (error) {
      const mayCome = !(error instanceof ReleaseRefused) || error.retry;
      if (mayCome && this.#why === undefined) this.#cause = 'vault';
      await this.kill(`it got no secrets: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #meetDoor(plan: RunPlan, opened: Promise<DoorIdentity | null>): Promise<void> {
    const close = (): void => this.#endByDoor('its door ended');
    this.#door.exited.then(close, close);
    // Closed with the door's other sockets: its keeper takes a while longer to end, and the app may see it before that.
    void this.#door.channel.closed.then(close);
    try {
      const identity = await opened;
      if (identity !== null) this.#handOver?.meetDoor(identity);
      this.#followDoor(plan);
    } catch (err) {
      // It may be that this machine's own addresses could not be read: whoever runs it has to know.
      if (this.#why === undefined)
        plan.log.warn({ err, space: plan.want.space, run: this.id }, 'the door of a run could not be opened');
      this.#endByDoor('its door could not be opened');
    }
  }

  #endByDoor(why: string): void {
    // Where something else ended it, the door was ended by us.
    if (this.#why === undefined) this.#cause = 'door';
    this.#why ??= why;
    void this.#kill();
  }

  #followDoor({ refused, contacted }: RunPlan): void {
    this.#door.channel.onFrame((frame) => {
      const told = FromDoor.safeParse(frame).data;
      // A door that says what no door says is in somebody else's hands.
      if (told === undefined) {
        this.#door.kill();
        return;
      }
      if (told.type === 'refused') refused({ host: told.host, why: told.why, count: told.count });
      if (told.type === 'contacts') contacted(told);
      if (told.type === 'box') this.#handOver?.fromDoor(told.box);
      if (told.type !== 'traffic') return;
      const { sentBytes, receivedBytes, open, visits } = told;
      const lastVisit = visits > 0 || open > 0 ? Date.now() : this.#traffic.lastVisit;
      this.#traffic = { sentBytes, receivedBytes, open, lastVisit };
    });
  }

  async #end(clean: () => Promise<void>): Promise<RunEnd> {
    const exit = await this.#sandbox.exited.catch(() => ({ code: null, signal: null }));
    if (this.#why === undefined) await Promise.race([this.#door.channel.closed, delay(DOOR_NEWS)]);
    const why = (this.#why ??= sayExit(this.#exit ?? exit));
    // What is left on the disk goes with the next start of the runner.
    await clean().catch(() => undefined);
    const [listened, cause] = [this.#listened, this.#cause];
    return { why, listened, cause, forMs: Date.now() - this.startedAt.getTime() };
  }
}

function sayExit({ code, signal }: AppExit): string {
  // Only the kernel does this to an app that nobody stopped: it ran out of its memory.
  if (signal === 'SIGKILL' || code === 137)
    return 'it was killed, most likely because it used more memory than it has';
  return signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`;
}

/** Does it; what is made meanwhile is ended where that fails. Throws what it throws. */
async function orEnd<Result>(making: Promise<Sandbox>, act: () => Result): Promise<Result> {
  try {
    return act();
  } catch (error) {
    await making.then(
      (sandbox) => sandbox.kill(),
      () => undefined,
    );
    throw error;
  }
}

/** `undefined` where the Space has no secrets. */
function beginHandOver(
  { secrets }: RunGround,
  { id, want, asking }: RunPlan,
  toDoor: (box: DoorBox) => void,
): HandOver | undefined {
  const { space, commit } = want;
  if (!want.secrets) return undefined;
  asking();
  return new HandOver(secrets, { space, run: id, commit }, toDoor);
}

function secretsOf(
  { hostCertificates }: Pick<RunGround, 'hostCertificates'>,
  handOver: HandOver | undefined,
): DoorStart['secrets'] {
  if (handOver === undefined) return null;
  return { ...handOver.peer, ...(hostCertificates !== null && { certificates: hostCertificates }) };
}

/** What the door is told of the machine, and by what it says to the hub for which run it asks. */
function withProof(
  { hub, ...rest }: Outside,
  proof: string | null | undefined,
): Pick<DoorStart, keyof Outside> {
  return { ...rest, hub: { ...hub, proof: proof ?? null } };
}

async function openDoor(
  door: Door,
  start: Omit<DoorStart, 'type' | keyof Outside>,
  {
    outside,
    own,
  }: { readonly outside: () => Promise<Pick<DoorStart, keyof Outside>> } & Pick<RunGround, 'own'>,
): Promise<DoorIdentity | null> {
  door.channel.send({ type: 'start', ...(await outside()), ...start });
  const following = own.follow((now) => {
    door.channel.send({ type: 'own', own: now });
  });
  void door.channel.closed.then(() => {
    following[Symbol.dispose]();
  });
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, DOOR_PATIENCE, undefined);
  const answer = await Promise.race([door.channel.next(), late, door.exited.then(() => undefined)]);
  clearTimeout(timer);
  const ready = answer === undefined ? undefined : FromDoor.parse(answer);
  if (ready?.type !== 'ready') throw new Error('the door of the Space could not be opened');
  return ready.identity;
}
