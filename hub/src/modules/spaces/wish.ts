// What is asked of the runner for a Space, and what it says back, as the frames between hub and runner have it. Pure.
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { fullName, type Repo } from '#modules/repos';
import {
  hardwareOf,
  sleepSecondsOf,
  type Decisions,
  type Egress,
  type Hardware,
  type HardwareKinds,
} from './decisions.ts';
import { type ToldContacts } from './contacts-model.ts';
import { type Configuration } from './configuration.ts';
import { type Told, type Variable } from './model.ts';
import { type Program, type ProgramSdk } from './program.ts';

/** A Space as it is to be. */
export interface Wish {
  readonly space: Id;
  readonly generation: number;
  readonly factory: number;
  /** Runs of earlier wishes may have a secret that was deleted. Not said where there are none. */
  readonly takenBack?: number;
  readonly namespace: Id;
  readonly commit: Sha1;
  readonly app: Omit<Program, 'preloads'> & {
    readonly sdk: ProgramSdk;
    readonly file: string;
    /** Folders of the clients' cache that are there when it starts. */
    readonly preloaded: readonly string[];
  };
  readonly variables: readonly Pick<Variable, 'name' | 'value'>[];
  readonly hardware: Pick<Hardware, 'name' | 'cpus' | 'memoryBytes' | 'processes'>;
  readonly sleepSeconds: number | null;
  readonly asleep: boolean;
  readonly egress: Egress;
  readonly secrets: boolean;
  readonly host: string;
  readonly name: string;
}

/** Everything that a wish is made of. */
export interface WishFacts {
  readonly repo: Repo & { readonly head: Sha1 };
  readonly label: string;
  readonly configuration: Configuration & { readonly program: Program };
  readonly decisions: Decisions;
  readonly variables: readonly Variable[];
  readonly generation: number;
  readonly factory: number;
  readonly takenBack: number;
  readonly told: Told | undefined;
  readonly hardware: HardwareKinds;
  /** Whether the vault may have something for it. */
  readonly secrets: boolean;
  /** The host of a Space with this label. */
  readonly hostOf: (label: string) => string;
}

/** The wish that follows. */
export function wishOf(facts: WishFacts): Wish {
  const { repo, configuration, decisions, generation, factory, takenBack, told } = facts;
  const { name, cpus, memoryBytes, processes } = hardwareOf(decisions, facts.hardware);
  const { preloads: _preloads, ...program } = configuration.program;
  const host = facts.hostOf(facts.label);
  return {
    space: repo.id,
    generation,
    factory,
    ...(takenBack > 0 && { takenBack }),
    namespace: repo.namespaceId,
    commit: repo.head,
    app: {
      sdk: configuration.sdk as ProgramSdk,
      file: configuration.appFile,
      ...program,
      // Known once they are written.
      preloaded: [],
    },
    variables: environmentOf(facts, host),
    hardware: { name, cpus, memoryBytes, processes },
    sleepSeconds: sleepSecondsOf(decisions),
    asleep: told?.stage === 'SLEEPING' && told.generation === generation,
    egress: decisions.egress ?? { kind: 'open' },
    secrets: facts.secrets,
    host,
    name: fullName(repo),
  };
}

/** Characters of a wish that a frame surely holds. */
const LARGEST_WISH = 900_000;

/** Whether a wish is more than a frame holds: its variables are too long. */
export function isTooLarge(wish: Wish): boolean {
  return JSON.stringify(wish).length > LARGEST_WISH;
}

/** Where a program finds the hub: a name that leads there from within a sandbox, and nowhere else. */
const HUB_INSIDE = 'http://hub.holdfast.internal';

/** What a program finds in its environment: the Space's variables, and what the hub says. */
function environmentOf(facts: WishFacts, host: string): Wish['variables'] {
  const { repo, decisions, variables } = facts;
  const { cpus, memoryBytes } = hardwareOf(decisions, facts.hardware);
  const title = repo.facets.card['title'];
  // Names that people may set, and then theirs count.
  const usual = {
    SYSTEM: 'spaces',
    CPU_CORES: String(cpus),
    MEMORY: `${Math.floor(memoryBytes / 1024 ** 3)}Gi`,
  };
  const fixed = {
    SPACE_ID: fullName(repo),
    SPACE_HOST: host,
    SPACE_AUTHOR_NAME: repo.namespace,
    SPACE_REPO_NAME: repo.name,
    SPACE_TITLE: typeof title === 'string' ? title.slice(0, 1_000).replaceAll('\0', '') : repo.name,
    SPACE_CREATOR_USER_ID: repo.creatorId ?? '',
    HF_ENDPOINT: HUB_INSIDE,
  };
  const own = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  return Object.entries({ ...usual, ...own, ...fixed }).map(([name, value]) => ({ name, value }));
}

/** One line that a build or a program wrote. */
export interface LogLine {
  readonly at: Date;
  readonly text: string;
}

/** What a run uses. */
export interface Usage {
  readonly run: Id;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly cpus: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** A run, and whose it is. */
export interface RunOfSpace {
  readonly space: Id;
  readonly run: Id;
}

/** What is said to the runner. */
export type ToRunner =
  | { readonly type: 'hello' }
  | ({ readonly type: 'want' } & Wish)
  /** `before`: unless what it has is of this wish or of a later one. */
  | {
      readonly type: 'drop';
      readonly space: Id;
      readonly forget: boolean;
      readonly before?: number;
    }
  | { readonly type: 'wake'; readonly space: Id }
  /** This hub has its Spaces anew, from this moment on. */
  | { readonly type: 'held'; readonly since: number }
  /** Nobody is sent to a run any more, and nobody is left there. */
  | { readonly type: 'left'; readonly space: Id; readonly run: Id }
  | { readonly type: 'all-wanted'; readonly spaces: readonly Id[] }
  | {
      readonly type: 'ticket';
      readonly run: Id;
      readonly entry: Sha256 | null;
      /** By which the run's door says for whom it asks; `null` without an entry. */
      readonly proof: string | null;
      readonly why: string | null;
    };

/** What the runner says. */
export type FromRunner =
  | {
      readonly type: 'able';
      readonly problem: string | null;
      /** Those that asked for a ticket and have not ended. */
      readonly runs: readonly RunOfSpace[];
    }
  | ({
      readonly type: 'status';
      readonly space: Id;
      /** Those that served before and are kept until it is said of each that it has `left`. */
      readonly leaving: readonly Id[];
    } & Told)
  | {
      readonly type: 'log';
      readonly space: Id;
      readonly kind: LogKind;
      readonly fresh: boolean;
      readonly lines: readonly LogLine[];
    }
  | {
      readonly type: 'refused';
      readonly space: Id;
      readonly run: Id;
      readonly host: string;
      readonly why: string;
      readonly count: number;
    }
  | ({ readonly type: 'contacts' } & ToldContacts)
  | { readonly type: 'ended'; readonly space: Id; readonly run: Id; readonly why: string }
  | { readonly type: 'ticket-wanted'; readonly space: Id; readonly run: Id; readonly commit: Sha1 }
  | ({ readonly type: 'usage'; readonly space: Id } & Usage)
  /** It is not there any more; another one says `able`. */
  | { readonly type: 'gone' };

/** Whose log: of what made the environment, or of the program. */
export type LogKind = 'build' | 'run';

/** The way to the runner of this machine. */
export interface RunnerLink {
  send(frame: ToRunner): void;
  /** One listener hears everything, in order. */
  onFrame(listener: (frame: FromRunner) => void): void;
}
