// Runs the steps of one build in its sandbox, with its door beside it, and takes from it what it made. Whatever happens, both
// are ended.
import { constants } from 'node:fs';
import { chown, lstat, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FromInside, type InsideStart } from '@holdfast/inside/frames';
import { MiB } from '@holdfast/kernel/size';
import { type BuildDoorStart } from '@holdfast/door/build/frames';
import { Channel } from '@holdfast/platform/channel';
import { type BuildLimits, type Built } from './build.ts';
import { type Code, openDoor, type OpenDoor } from './door.ts';
import { BuildOutput } from './output.ts';
import { type EnvironmentWish, inputFiles } from './plan.ts';
import { type BuildSandbox, type OpenBuildSandbox } from './sandbox.ts';
import { ENVIRONMENT_FOLDER, LOCK_FILE, SCRIPT, WORK, explainFailure, stepEnvironment } from './steps.ts';
import { describeStrain } from './strain.ts';
import { type DiskSpace, watchBounds } from './watch-bounds.ts';

/** One build that is to be run. */
export interface BuildRun {
  /** An empty folder. */
  readonly work: string;
  readonly code: Code;
  readonly openSandbox: OpenBuildSandbox;
  readonly limits: BuildLimits;
  readonly space: DiskSpace;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
  readonly root: string;
  readonly user: number | null;
  readonly environment: EnvironmentWish;
  readonly settings: Omit<BuildDoorStart, 'type'>;
}

/** What a build made: a folder that is still its own, and what was resolved. */
export type Made =
  | { readonly kind: 'made'; readonly env: string; readonly lock: string }
  | Extract<Built, { readonly kind: 'failed' }>;

const DOOR_ENDED = 'The door of the build ended before the build had. Restart the Space to build it again.';
const LARGEST_LOCK = 8 * MiB;
const [SECOND, MINUTE] = [1_000, 60_000];

/** Runs it. Throws the signal's reason when it is aborted. */
export async function runBuild(run: BuildRun): Promise<Made> {
  const folders = await makeFolders(run);
  const output = new BuildOutput(run.tell);
  const onRefused = (what: string, why: string): void => output.say(`Refused: ${what}: ${why}`);
  await using door = await openDoor({
    code: run.code,
    folder: folders.door,
    settings: run.settings,
    onRefused,
  });
  run.signal.throwIfAborted();
  const sandbox = await run.openSandbox({
    id: run.work.slice(-24),
    root: run.root,
    mounts: [
      { from: folders.env, to: ENVIRONMENT_FOLDER, access: 'write' },
      { from: folders.build, to: WORK, access: 'write' },
      ...(run.environment.python.mount === null ? [] : [run.environment.python.mount]),
    ],
    door: folders.door,
    user: run.user,
  });
  const ended = await attend(run, sandbox, { output, folders, door });
  run.signal.throwIfAborted();
  if (ended.kind === 'stopped') return failed(ended.why);
  if (ended.code !== 0) return failed(explainEnd(run, sandbox, { code: ended.code, last: output.last }));
  return await collect(folders);
}

function strainOf({ limits }: BuildRun, sandbox: BuildSandbox): () => string | undefined {
  return () => describeStrain(sandbox.strain(), limits);
}

/** What ran against a limit fails in many ways, and none of their messages names it. */
function explainEnd(
  run: BuildRun,
  sandbox: BuildSandbox,
  { code, last }: { readonly code: number | null; readonly last: readonly string[] },
): string {
  const strain = strainOf(run, sandbox)();
  return `The build failed: ${explainFailure(code, strain === undefined ? last : [strain, ...last])}`;
}

interface Folders {
  readonly env: string;
  readonly build: string;
  readonly door: string;
}

async function makeFolders({ work, user, environment }: BuildRun): Promise<Folders> {
  const folders = { env: join(work, 'env'), build: join(work, 'build'), door: join(work, 'door') };
  for (const folder of [folders.env, folders.build, join(folders.build, 'tmp')])
    await mkdir(folder, { mode: 0o755 });
  const files = { ...inputFiles(environment), 'steps.sh': SCRIPT };
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folders.build, name), text, { flag: 'wx' });
  if (user !== null)
    for (const folder of [folders.env, folders.build, join(folders.build, 'tmp')])
      await chown(folder, user, user);
  return folders;
}

type Ended =
  | { readonly kind: 'ended'; readonly code: number | null }
  | { readonly kind: 'stopped'; readonly why: string };

/** What is beside the sandbox. */
interface Beside {
  readonly output: BuildOutput;
  readonly folders: Folders;
  readonly door: Pick<OpenDoor, 'ended'>;
}

/** Waits for the end, or brings it about. */
async function attend(
  run: BuildRun,
  sandbox: BuildSandbox,
  { output, folders, door }: Beside,
): Promise<Ended> {
  const ended = new AbortController();
  const { limits, signal } = run;
  let stopped: string | undefined;
  const stop = (why: string): void => {
    stopped ??= why;
    void sandbox.kill();
  };
  const abort = (): void => stop('The build was given up.');
  signal.addEventListener('abort', abort, { signal: ended.signal });
  // Or its programs would ask on until they are tired, and the author be told that a package is to blame.
  void door.ended.then(() => {
    if (!ended.signal.aborted) stop(DOOR_ENDED);
  });
  if (signal.aborted) abort();
  const timer = setTimeout(() => {
    stop(`The build took longer than ${inWords(limits.milliseconds)} and was ended.`);
  }, limits.milliseconds);
  try {
    const code = converse(sandbox, run);
    const strain = strainOf(run, sandbox);
    const watch = { stop, strain, space: run.space, signal: ended.signal };
    const watching = watchBounds([folders.env, folders.build], limits, watch);
    await Promise.all([
      output.read(sandbox.output.stdout),
      output.read(sandbox.output.stderr),
      sandbox.exited,
    ]);
    ended.abort();
    await watching;
    return stopped === undefined ? { kind: 'ended', code: await code } : { kind: 'stopped', why: stopped };
  } finally {
    clearTimeout(timer);
    ended.abort();
    await sandbox.kill();
  }
}

/** Tells the program inside what to run; its exit code, `null` when it did not come so far. */
async function converse(sandbox: BuildSandbox, { environment, settings }: BuildRun): Promise<number | null> {
  const channel = new Channel(sandbox.channel);
  const start: InsideStart = {
    type: 'start',
    mode: 'build',
    command: ['/bin/bash', `${WORK}/steps.sh`, environment.python.program],
    env: stepEnvironment(settings.indexes.length),
    cwd: WORK,
    copy: null,
    port: null,
    visits: null,
    secrets: null,
  };
  // The first word counts; nothing keeps what comes after it.
  const first = Promise.withResolvers<unknown>();
  channel.onFrame(first.resolve);
  channel.send(start);
  const frame = (await Promise.race([first.promise, channel.closed.then(() => undefined)])) as
    FromInside | undefined;
  // What comes from inside may be anything; a code that is none counts as a failure.
  return frame?.type === 'exited' && typeof frame.code === 'number' ? frame.code : null;
}

/** Takes what the sandbox left, which is dead now. Links in it are not followed. */
async function collect(folders: Folders): Promise<Made> {
  const python = await lstat(join(folders.env, 'bin/python')).catch(() => undefined);
  const lock = await readLock(join(folders.build, LOCK_FILE));
  if (python === undefined || lock === undefined) return failed('The build left no environment.');
  return { kind: 'made', env: folders.env, lock };
}

async function readLock(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await file.stat();
    return found.isFile() && found.size <= LARGEST_LOCK ? await file.readFile('utf8') : undefined;
  } catch {
    return undefined;
  }
}

function failed(message: string): Made {
  return { kind: 'failed', stage: 'BUILD_ERROR', message };
}

function inWords(milliseconds: number): string {
  return milliseconds < 2 * MINUTE
    ? `${String(Math.round(milliseconds / SECOND))} seconds`
    : `${String(Math.round(milliseconds / MINUTE))} minutes`;
}
