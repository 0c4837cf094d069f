// What hub and runner say to each other. The hub says what is wanted, the runner how it is: each frame stands for itself, so
// that one which is lost with a process is made good by the next. Both sides read it with these schemas, and neither
// believes the other.
import { RUN_PROOF } from '@holdfast/kernel/run-proof';
import { z } from 'zod';
import { Contact } from '@holdfast/door/run/frames';

const Id = z.string().regex(/^[0-9a-f]{24}$/);
const Commit = z.string().regex(/^[0-9a-f]{40}$/);
/** A name as programs know variables by. */
const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/);
/** A host's name, in lower case; never an address. */
const HostName = z
  .string()
  .max(253)
  .regex(/^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/);

/** How an app is built and started, as the README says. */
export const AppWish = z.strictObject({
  sdk: z.enum(['gradio', 'streamlit']),
  /** Of the SDK, as PyPI writes it; `null`: the newest. */
  sdkVersion: z
    .string()
    .regex(/^[0-9A-Za-z.!+-]{1,40}$/)
    .nullable(),
  /** Such as `3.11`; `null`: the base's first. */
  pythonVersion: z
    .string()
    .regex(/^3\.\d{1,2}(?:\.\d{1,3})?$/)
    .nullable(),
  /** Path in the repository. */
  file: z.string().min(1).max(1_000),
  port: z
    .int()
    .min(1024)
    .max(65_535)
    // Ours: visitors would be led to the app's way out.
    .refine((port) => port !== 3128),
  /** How long the app may take until it listens, in seconds. */
  startupSeconds: z.int().min(1).max(86_400),
  /** Folders of the clients' cache that it finds, which the hub has put beside the files of the commit. */
  preloaded: z.array(z.string().regex(/^(?:models|datasets)--[\w.-]{1,96}--[\w.-]{1,96}$/)).max(20),
});
export type AppWish = z.infer<typeof AppWish>;

/** What a Space may use. */
export const Hardware = z.strictObject({
  name: z.string().max(40),
  /** Processors; a fraction is a share of one. */
  cpus: z.number().positive().max(1_024),
  memoryBytes: z.int().positive(),
  /** Processes and threads. */
  processes: z.int().positive(),
});
export type Hardware = z.infer<typeof Hardware>;

/** Where an app may connect. */
export const Egress = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('open') }),
  z.strictObject({ kind: z.literal('list'), hosts: z.array(HostName).max(200) }),
  z.strictObject({ kind: z.literal('closed') }),
]);
export type Egress = z.infer<typeof Egress>;

/** A Space as it is to be. Replaces what was wanted of it before. */
export const Want = z.strictObject({
  type: z.literal('want'),
  space: Id,
  /** Grows with each change that needs a new run: a push, a variable, a restart. */
  generation: z.int().nonnegative(),
  /** Grows with each factory rebuild: environments made under another number are not taken. */
  factory: z.int().nonnegative(),
  /**
   * Runs of earlier generations may have a secret that was deleted: they go on until another one follows, and not where none can. Absent where
   * none was, so that a runner which does not know of it is asked as before.
   */
  takenBack: z.int().nonnegative().optional(),
  /** Environments are shared within a namespace alone. */
  namespace: Id,
  commit: Commit,
  app: AppWish,
  /** What the app finds in its environment, the hub's own names among them. In no command line, and in no log. */
  variables: z.array(z.strictObject({ name: VariableName, value: z.string().max(32_768) })).max(200),
  hardware: Hardware,
  /** How long without a visitor until it sleeps; `null`: never. */
  sleepSeconds: z.int().positive().nullable(),
  /** It slept when the hub last knew: nothing is started until somebody comes. */
  asleep: z.boolean(),
  egress: Egress,
  /** Whether the vault is asked for secrets when it starts. What it may have, the vault alone decides. */
  secrets: z.boolean(),
  /** The host of its origin, and its full name for messages. */
  host: z.string().max(300),
  name: z.string().max(200),
});
export type Want = z.infer<typeof Want>;

/** What the hub asks of the runner. */
export const ToRunner = z.discriminatedUnion('type', [
  /** A hub has come, perhaps a new one: the runner says whether apps can run, and how each is that it has. */
  z.strictObject({ type: z.literal('hello') }),
  Want,
  /**
   * It is paused or deleted: what runs is ended. `forget`: nothing made for it is kept. `before`: unless this or a later generation of it
   * was wanted, because what is wanted now cannot be made ready, and earlier ones may have what was taken back. One of
   * which nothing runs, as it sleeps, stays: what is started of it from now on is not given that.
   */
  z.strictObject({
    type: z.literal('drop'),
    space: Id,
    forget: z.boolean(),
    before: z.int().nonnegative().optional(),
  }),
  /** Somebody visits a Space that sleeps. */
  z.strictObject({ type: z.literal('wake'), space: Id }),
  /**
   * The hub has its Spaces anew, from this moment (of this machine's clock, in milliseconds) for as long as a lease is. Nothing else that it
   * says means this: a hub without its database says much, while another one may have its Spaces by now.
   */
  z.strictObject({ type: z.literal('held'), since: z.int().nonnegative() }),
  /**
   * The answer to `leaving`: whoever comes now is sent to another run, and of those who were sent to this one before nobody is there any
   * more.
   */
  z.strictObject({ type: z.literal('left'), space: Id, run: Id }),
  /** All Spaces that are wanted have been named since the channel opened: others are ended. */
  z.strictObject({ type: z.literal('all-wanted'), spaces: z.array(Id) }),
  /**
   * The answer to `ticket-wanted`: the entry of the ledger that lets the run have secrets, with the proof by which its door says to the
   * hub for which run it asks; or why there is none.
   */
  z.strictObject({
    type: z.literal('ticket'),
    run: Id,
    entry: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    proof: z.string().regex(RUN_PROOF).nullable(),
    why: z.string().max(1_000).nullable(),
  }),
]);
export type ToRunner = z.infer<typeof ToRunner>;

/** The stages that a runner brings a Space into, in the clients' words. */
export const RunStage = z.enum([
  'BUILDING',
  'BUILD_ERROR',
  'CONFIG_ERROR',
  'APP_STARTING',
  'RUNNING',
  'RUNNING_BUILDING',
  'RUNNING_APP_STARTING',
  'RUNTIME_ERROR',
  'SLEEPING',
  'STOPPED',
]);
export type RunStage = z.infer<typeof RunStage>;

/** Runs of one Space that are named as such that leave. Older ones have no time left. */
export const MOST_LEAVING = 20;

/** How a Space is. */
export const Status = z.strictObject({
  type: z.literal('status'),
  space: Id,
  /** Of the wish that this is about. */
  generation: z.int().nonnegative(),
  stage: RunStage,
  /** For people: why. */
  message: z.string().max(4_000).nullable(),
  /** The run that visitors reach, and the commit that it serves; `null` while there is none. */
  serving: z.strictObject({ run: Id, commit: Commit, startedAt: z.iso.datetime() }).nullable(),
  /**
   * Runs that served before and are kept until the hub says of each that it has `left`: that nobody is sent there any more and the last
   * visitor has gone. A runner that was started before there were any goes on under a hub that is newer, and names none.
   */
  leaving: z.array(Id).max(MOST_LEAVING).default([]),
});
export type Status = z.infer<typeof Status>;

/** What the runner tells the hub. */
export const FromRunner = z.discriminatedUnion('type', [
  /** The first frame, and the answer to `hello`: whether apps can run here, and if not, why and what to do. */
  z.strictObject({
    type: z.literal('able'),
    problem: z.string().max(4_000).nullable(),
    /**
     * The runs that asked for a ticket and have not ended, however many hubs came and went meanwhile. A runner from before this was
     * said is heard all the same: its runs get nothing that is bound to them.
     */
    runs: z
      .array(z.strictObject({ space: Id, run: Id }))
      .max(10_000)
      .default([]),
  }),
  Status,
  /** Lines that a build or an app wrote, without line ends. */
  z.strictObject({
    type: z.literal('log'),
    space: Id,
    kind: z.enum(['build', 'run']),
    /** A new build or a new run: what was said before belongs to another. */
    fresh: z.boolean(),
    lines: z.array(z.strictObject({ at: z.iso.datetime(), text: z.string().max(8_192) })).max(500),
  }),
  /** Connections that a door refused, counted. */
  z.strictObject({
    type: z.literal('refused'),
    space: Id,
    run: Id,
    host: z.string().max(300),
    why: z.string().max(300),
    count: z.int().positive(),
  }),
  /**
   * Hosts that the app of a run reached, counted since its start: those that are new, or of which something changed; all of them to a hub
   * that has come. `ended`: nothing more comes of this run.
   */
  z.strictObject({
    type: z.literal('contacts'),
    space: Id,
    run: Id,
    hosts: z.array(Contact).max(100),
    /** Names that nobody knew and hosts that did not answer. */
    unanswered: z.int().nonnegative(),
    ended: z.boolean(),
  }),
  /** A run has ended, and its last process is dead. */
  z.strictObject({ type: z.literal('ended'), space: Id, run: Id, why: z.string().max(300) }),
  /** A run is about to start of a Space that has secrets, and of this commit. */
  z.strictObject({ type: z.literal('ticket-wanted'), space: Id, run: Id, commit: Commit }),
  /** What a run uses. Bytes for memory and traffic, since its start; processor time in milliseconds. */
  z.strictObject({
    type: z.literal('usage'),
    space: Id,
    run: Id,
    cpuMs: z.int().nonnegative(),
    memoryBytes: z.int().nonnegative(),
    memoryLimitBytes: z.int().nonnegative(),
    cpus: z.number().positive(),
    receivedBytes: z.int().nonnegative(),
    sentBytes: z.int().nonnegative(),
  }),
]);
export type FromRunner = z.infer<typeof FromRunner>;
