// What one sandbox is, said without regard to how it is made. Pure: nothing here touches the machine.
import { type Descriptor } from '@holdfast/platform/process';

/** A part of the root: a folder or file that is shown read-only, a link, or a file of a folder before it that is not shown. */
export type RootPart =
  | { readonly from: string; readonly to: string }
  | { readonly link: string; readonly to: string }
  | { readonly hidden: true; readonly to: string };

/** A folder beside the root. */
export interface SandboxMount {
  /** Where the runner sees it. */
  readonly from: string;
  readonly to: string;
  readonly access: 'read' | 'write';
}

/** What a sandbox may use. Bytes are bytes; a fraction of a processor is a share of one. */
export interface SandboxLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Descriptors of one process. */
  readonly openFiles: number;
  /** The longest file that a process may write. */
  readonly fileBytes: number;
  /** Memory-backed folders; what is in them counts as memory, too. */
  readonly homeBytes: number;
  readonly tmpBytes: number;
  readonly sharedMemoryBytes: number;
}

/** One sandbox. */
export interface SandboxSpec {
  /** Random: what a neighbour or the program itself can see of it on the host tells nothing. */
  readonly id: string;
  /** Host name inside. */
  readonly hostname: string;
  readonly root: readonly RootPart[];
  readonly mounts: readonly SandboxMount[];
  /** Folder with the door's one socket, or with none yet; shown read-only, so that nothing inside can take its place. */
  readonly door: string;
  /**
   * The user it is made as, where the runner has a range of them: one for each Space, so that neighbours are strangers
   * to the kernel, too. `null` where everything runs as the runner's own user.
   */
  readonly user: number | null;
  /** Absolute path inside, and arguments. It finds a channel on descriptor 3. */
  readonly command: readonly string[];
  /** What it finds on descriptors from 4 on. */
  readonly descriptors: readonly Descriptor[];
  readonly limits: SandboxLimits;
}

/** The user inside, by number. Every sandbox has this one and no other. */
export const USER = 1000;
/** Where the program's own files are; memory. */
export const HOME = '/home/user';
/** Where the door's folder is. */
export const DOOR_FOLDER = '/run/holdfast/out';
/** Where an app finds those of its secrets that are files. */
export const SECRETS_FOLDER = '/run/secrets';
/** Where Node looks for compiled code of the first program; nothing has to be there. */
export const CODE_CACHE = '/opt/holdfast/code-cache';
/** The environment of the first program. What an app shall find in its own travels over the channel. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME,
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  NODE_COMPILE_CACHE: CODE_CACHE,
};

/**
 * `/etc` files that no sandbox sees. Where all is one user's, as in an instance of an ordinary user, the modes of the base's files hide
 * nothing from an app: what packages or an operator put into these would be everybody's.
 */
export const HIDDEN_ETC = ['shadow', 'shadow-', 'gshadow', 'gshadow-', 'security/opasswd'] as const;

/** `/etc` files that every sandbox has of its own; a root that brings others has files in their places. */
export const OWN_ETC = ['passwd', 'group', 'hosts', 'hostname', 'resolv.conf', 'nsswitch.conf'] as const;
