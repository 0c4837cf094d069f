// Which Pythons there are for apps: that of the base, and those in folders that the operator named. None of theirs is ever run outside
// a sandbox: each is asked there who it is.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable } from 'node:stream';
import { type InsideStart } from '@holdfast/inside/frames';
import { sha256 } from '@holdfast/kernel/digest';
import { newId } from '@holdfast/kernel/id';
import { Channel } from '@holdfast/platform/channel';
import { type BaseRoot } from '../base/index.ts';
import { type BuildSandbox, type OpenBuildSandbox } from './sandbox.ts';
import { removeTree } from './tree.ts';

/** One that apps can have. */
export interface Python {
  /** Such as `3.11`. */
  readonly version: string;
  /** Its name among all that an environment is made from: with another one, another environment is made. */
  readonly identity: string;
  /** Absolute path in the sandbox. */
  readonly program: string;
  /** What shows it in builds and runs alike; `null` for the base's own. */
  readonly mount: { readonly from: string; readonly to: string; readonly access: 'read' } | null;
}

/** What is needed to find those of the operator. */
export interface PythonsOptions {
  /** One folder for each. */
  readonly folders: readonly string[];
  readonly openSandbox: OpenBuildSandbox;
  /** Told of one that cannot be had, by its place among the folders. */
  readonly tell: (place: number, why: string) => void;
}

/** Where asking happens. */
export interface AskingPlace {
  readonly base: BaseRoot;
  /** A folder for what is there for a moment. */
  readonly work: string;
  readonly user: number | null;
}

/** Where the folders are in sandboxes: below this by version, so that the paths in an environment hold. */
const FOLDER = '/opt/python';
/** Under no version's name. */
const ASKED = `${FOLDER}/asked`;
const PROGRAM = 'bin/python3';
const PATIENCE = 60_000;
const LONGEST_ANSWER = 4_096;
const QUESTION =
  'import platform, sys; print("python", "%d.%d" % sys.version_info[:2], platform.python_implementation(), sys.version)';

/** Asks each once, when the first build needs to know. */
export class Pythons {
  readonly #options: PythonsOptions;
  /** By place among the folders. */
  readonly #known = new Map<number, Promise<Python | undefined>>();

  constructor(options: PythonsOptions) {
    this.#options = options;
  }

  /**
   * All of them, the newest first. Where there are two of one version, the operator's stands before the base's, and the one
   * named first before the others. Takes a minute at most. One that cannot be asked is left out this time, and asked again the next
   * time: what other apps have does not hang on it.
   */
  async list(place: AskingPlace): Promise<readonly Python[]> {
    const { folders } = this.#options;
    const found = await Promise.all(folders.map(async (folder, n) => await this.#find(place, folder, n)));
    return arrange([...found.filter((one) => one !== undefined), ...place.base.pythons.map(ofBase)]);
  }

  async #find(place: AskingPlace, folder: string, n: number): Promise<Python | undefined> {
    const asked = this.#known.get(n) ?? this.#ask(place, folder, n);
    this.#known.set(n, asked);
    try {
      return await asked;
    } catch (error) {
      // Of two builds that wait for the same answer the first one tells.
      if (this.#known.get(n) === asked) {
        this.#known.delete(n);
        this.#options.tell(n, error instanceof Error ? error.message : String(error));
      }
      return undefined;
    }
  }

  // Throws where it was not answered; an answer that is no version is one.
  async #ask({ base, work, user }: AskingPlace, folder: string, n: number): Promise<Python | undefined> {
    const id = newId(new Date());
    const own = join(work, id);
    const door = join(own, 'door');
    try {
      await mkdir(door, { recursive: true, mode: 0o755 });
      const mounts = [{ from: folder, to: ASKED, access: 'read' }] as const;
      // A door that leads nowhere.
      const sandbox = await this.#options.openSandbox({ id, root: base.path, mounts, door, user });
      const said = await converse(sandbox);
      const found = readAnswer(said, folder);
      if (found === undefined)
        this.#options.tell(n, `${PROGRAM} in it does not say its version: ${said.trim().slice(-300)}`);
      return found;
    } finally {
      await removeTree(own);
    }
  }
}

function ofBase(version: string): Python {
  return { version, identity: version, program: `/usr/bin/python${version}`, mount: null };
}

function arrange(all: readonly Python[]): Python[] {
  const minor = ({ version }: Python): number => Number(version.split('.')[1]);
  const first = new Map<string, Python>();
  for (const one of all) if (!first.has(one.version)) first.set(one.version, one);
  return [...first.values()].sort((one, other) => minor(other) - minor(one));
}

/** What it says. Throws an `Error` for one that says nothing in time, and ends it. */
async function converse(sandbox: BuildSandbox): Promise<string> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void sandbox.kill();
  }, PATIENCE);
  try {
    const channel = new Channel(sandbox.channel);
    channel.onFrame(() => undefined);
    channel.send(orderOf());
    const [said, complained] = await Promise.all([
      read(sandbox.output.stdout),
      read(sandbox.output.stderr),
      sandbox.exited,
    ]);
    if (isLate) throw new Error(`${PROGRAM} in it said nothing within a minute`);
    return said === '' ? complained : said;
  } finally {
    clearTimeout(timer);
    await sandbox.kill();
  }
}

function orderOf(): InsideStart {
  return {
    type: 'start',
    mode: 'build',
    command: [`${ASKED}/${PROGRAM}`, '-I', '-S', '-c', QUESTION],
    env: { PATH: '/usr/bin:/bin', HOME: '/home/user', LANG: 'C.UTF-8', TZ: 'UTC' },
    cwd: '/',
    copy: null,
    port: null,
    visits: null,
    secrets: null,
  };
}

async function read(stream: Readable): Promise<string> {
  let text = '';
  try {
    // To its end: who is not read, waits.
    for await (const chunk of stream) text = (text + String(chunk)).slice(0, LONGEST_ANSWER);
  } catch {
    // Cut off with its sandbox.
  }
  return text;
}

/** Its version becomes part of a path: nothing else than a version is taken for one. */
function readAnswer(said: string, folder: string): Python | undefined {
  const version = /^python (3\.\d{1,2}) /.exec(said)?.[1];
  if (version === undefined) return undefined;
  const to = `${FOLDER}/${version}`;
  const mount = { from: folder, to, access: 'read' } as const;
  return { version, identity: sha256(said), program: `${to}/${PROGRAM}`, mount };
}
