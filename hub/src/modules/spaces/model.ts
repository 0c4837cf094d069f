// What a Space is beside its repository. Pure.
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

/** Where the life of a Space is, in the clients' words. */
export type Stage = 'NO_APP_FILE' | 'CONFIG_ERROR' | 'RUNNING' | 'PAUSED';

/** How a Space is. */
export interface Runtime {
  readonly stage: Stage;
  /** What keeps it from being served. */
  readonly error: string | undefined;
  /** Everything in its configuration that is wrong, or of no use here. */
  readonly notices: readonly string[];
  readonly label: string;
}

/** What decides about the stage. */
export interface StageFacts {
  readonly paused: boolean;
  readonly problems: readonly Problem[];
  /** The file that the configuration names, and whether it is there. */
  readonly appFile: { readonly path: string; readonly there: boolean } | undefined;
}

/** The stage of a Space, and what is wrong where something is. */
export function stageOf({ paused, problems, appFile }: StageFacts): Pick<Runtime, 'stage' | 'error'> {
  if (paused) return { stage: 'PAUSED', error: undefined };
  const fatal = problems.find((problem) => problem.fatal);
  if (fatal !== undefined || appFile === undefined)
    return { stage: 'CONFIG_ERROR', error: fatal?.text ?? 'The Space has no configuration.' };
  if (!appFile.there)
    return { stage: 'NO_APP_FILE', error: `There is no file ${JSON.stringify(appFile.path)} in the Space.` };
  return { stage: 'RUNNING', error: undefined };
}

/** What one Space may keep. Bytes of UTF-8 for texts. */
export const VARIABLE_LIMITS = { count: 100, name: 128, value: 32_768, description: 1_024 } as const;

/** Why a variable cannot be kept; `undefined` for one that can. */
export function problemOfVariable({ name, value, description }: VariableWish): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > VARIABLE_LIMITS.name)
    return `a name has letters, digits and "_", begins with no digit, and has ${VARIABLE_LIMITS.name} characters at most`;
  if (isReserved(name)) return `${name} is set by the hub`;
  if (value.includes('\0')) return 'a value cannot hold a NUL character';
  if (Buffer.byteLength(value) > VARIABLE_LIMITS.value)
    return `a value has ${VARIABLE_LIMITS.value} bytes at most`;
  if (Buffer.byteLength(description ?? '') > VARIABLE_LIMITS.description)
    return `a description has ${VARIABLE_LIMITS.description} bytes at most`;
  return undefined;
}

/**
 * Names that the hub fills in, and those by which a loader would put code in front of the app or send its traffic past the
 * door.
 */
function isReserved(name: string): boolean {
  return /^(?:SPACE_|HOLDFAST_|LD_|GLIBC_)|^HF_ENDPOINT$|_PROXY$/i.test(name);
}
