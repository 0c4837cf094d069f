// What a Space is beside its repository. Pure.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Problem } from './configuration.ts';

/** What the app sees under a name, as everybody who may read the Space sees it. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly description: string | null;
  readonly updatedAt: Date;
}

/** What is asked to be kept under a name. */
export type VariableWish = Pick<Variable, 'name' | 'value' | 'description'>;

/** Where a runner brings a Space, in the clients' words. */
export type RunStage =
  | 'BUILDING'
  | 'BUILD_ERROR'
  | 'CONFIG_ERROR'
  | 'APP_STARTING'
  | 'RUNNING'
  | 'RUNNING_BUILDING'
  | 'RUNNING_APP_STARTING'
  | 'RUNTIME_ERROR'
  | 'SLEEPING'
  | 'STOPPED';

/** Where the life of a Space is, in the clients' words. */
export type Stage = RunStage | 'NO_APP_FILE' | 'PAUSED';

/** The run that visitors reach. */
export interface Serving {
  readonly run: Id;
  readonly commit: Sha1;
  readonly startedAt: Date;
}

/** What a runner said of a Space last. */
export interface Told {
  /** Of the wish that it is about. */
  readonly generation: number;
  readonly stage: RunStage;
  readonly message: string | null;
  readonly serving: Serving | null;
}

/** How a Space is whose runs have ended without a word of its runner; one that sleeps has none that could. */
export function toldWithoutRun(told: Told): Told {
  const { stage } = told;
  if (stage === 'RUNNING' || stage === 'RUNNING_APP_STARTING')
    return { ...told, stage: 'APP_STARTING', serving: null };
  return { ...told, stage: stage === 'RUNNING_BUILDING' ? 'BUILDING' : stage, serving: null };
}

/** How a Space is. */
export interface Runtime {
  readonly stage: Stage;
  /** What keeps it from being served. */
  readonly error: string | undefined;
  /** Everything in its configuration that is wrong, or of no use here. */
  readonly notices: readonly string[];
  readonly label: string;
  /** Of a Space that runs a program. */
  readonly program?: {
    readonly hardware: string;
    /** After which it sleeps; `null`: never. */
    readonly sleepSeconds: number | null;
    readonly serving: Serving | null;
  };
}

/** What decides about the stage. */
export interface StageFacts {
  readonly paused: boolean;
  readonly problems: readonly Problem[];
  /** The file that the configuration names, and whether it is there. */
  readonly appFile: { readonly path: string; readonly there: boolean } | undefined;
  /** Of a Space that runs a program. */
  readonly run?: RunFacts | undefined;
}

/** What decides about the stage of a program. */
export interface RunFacts {
  /** Which wish is the last. */
  readonly generation: number;
  readonly told: Told | undefined;
  /** Why no program runs here at all. */
  readonly unable: string | undefined;
}

/** The stage of a Space, and what is wrong where something is. */
export function stageOf({ paused, problems, appFile, run }: StageFacts): Pick<Runtime, 'stage' | 'error'> {
  if (paused) return { stage: 'PAUSED', error: undefined };
  const fatal = problems.find((problem) => problem.fatal);
  if (fatal !== undefined || appFile === undefined)
    return { stage: 'CONFIG_ERROR', error: fatal?.text ?? 'The Space has no configuration.' };
  if (!appFile.there)
    return { stage: 'NO_APP_FILE', error: `There is no file ${JSON.stringify(appFile.path)} in the Space.` };
  return run === undefined ? { stage: 'RUNNING', error: undefined } : stageOfRun(run);
}

function stageOfRun({ generation, told, unable }: RunFacts): Pick<Runtime, 'stage' | 'error'> {
  if (unable !== undefined) return { stage: 'CONFIG_ERROR', error: unable };
  // What was told of an older wish says nothing of this one, but that somebody is still served.
  if (told === undefined || told.generation < generation)
    return { stage: (told?.serving ?? null) === null ? 'BUILDING' : 'RUNNING_BUILDING', error: undefined };
  return { stage: told.stage, error: told.message ?? undefined };
}

/** What a visitor of a program meets. */
export type Reached =
  | { readonly kind: 'serving'; readonly serving: Serving }
  | { readonly kind: 'waiting' | 'asleep' | 'elsewhere' }
  | { readonly kind: 'failed'; readonly stage: Stage; readonly message: string | null };

const FAILED: ReadonlySet<Stage> = new Set([
  ...(['NO_APP_FILE', 'CONFIG_ERROR', 'BUILD_ERROR', 'RUNTIME_ERROR', 'STOPPED', 'PAUSED'] as const),
]);

/** What a visitor meets where the runner said this, and where it is about to say more. */
export function reachedOf(generation: number, told: Told | undefined): Reached {
  const serving = told?.serving ?? null;
  if (serving !== null) return { kind: 'serving', serving };
  if (told === undefined || told.generation < generation) return { kind: 'waiting' };
  if (told.stage === 'SLEEPING') return { kind: 'asleep' };
  if (FAILED.has(told.stage)) return { kind: 'failed', stage: told.stage, message: told.message };
  return { kind: 'waiting' };
}

const BUILDING: ReadonlySet<RunStage> = new Set(['BUILDING', 'RUNNING_BUILDING']);
const RUNS: ReadonlySet<RunStage> = new Set([
  'BUILDING',
  'RUNNING_BUILDING',
  'APP_STARTING',
  'RUNNING_APP_STARTING',
  'RUNNING',
]);

/** Whether a log of a Space has come to its end, until people want something else. */
export function isSilent(kind: 'build' | 'run', generation: number, told: Told | undefined): boolean {
  if (told === undefined || told.generation < generation) return false;
  // What runs beside a build that failed goes on saying something.
  if (kind === 'run' && told.serving !== null) return false;
  return !(kind === 'build' ? BUILDING : RUNS).has(told.stage);
}

/** What one Space may keep. Bytes of UTF-8 for texts. */
export const VARIABLE_LIMITS = {
  count: 100,
  name: 128,
  value: 32_768,
  description: 1_024,
  total: 131_072,
} as const;

/** Why a variable cannot be kept; `undefined` for one that can. */
export function problemOfVariable({ name, value, description }: VariableWish): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > VARIABLE_LIMITS.name)
    return `a name has letters, digits and "_", begins with no digit, and has ${VARIABLE_LIMITS.name} characters at most`;
  if (/^(?:LD_|GLIBC_)/i.test(name)) return 'the loader would put other code in front of the app';
  if (isReserved(name)) return `${name} is set by the hub`;
  if (value.includes('\0')) return 'a value cannot hold a NUL character';
  if (Buffer.byteLength(value) > VARIABLE_LIMITS.value)
    return `a value has ${VARIABLE_LIMITS.value} bytes at most`;
  if (Buffer.byteLength(description ?? '') > VARIABLE_LIMITS.description)
    return `a description has ${VARIABLE_LIMITS.description} bytes at most`;
  return undefined;
}

/** Names that the hub fills in, and those that would send an app's traffic past the door. */
function isReserved(name: string): boolean {
  return /^(?:SPACE_|HOLDFAST_)|^HF_ENDPOINT$|_PROXY$/i.test(name);
}
