// Adds the packages of packages.txt to a root, with a door beside it that reaches Debian's mirror.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildDoorStart } from '@holdfast/door/build/frames';
import { type BaseRoot, makeLayer } from '../base/index.ts';
import { type ControlGroup } from '../sandbox/index.ts';
import { type BuildLimits, type Built } from './build.ts';
import { type Code, openDoor } from './door.ts';
import { describeStrain } from './strain.ts';
import { type DiskSpace, watchBounds } from './watch-bounds.ts';

/** What is added to what. */
export interface LayerRun {
  readonly work: string;
  readonly base: BaseRoot;
  readonly packages: readonly string[];
  readonly code: Code;
  readonly settings: Omit<BuildDoorStart, 'type'>;
  readonly limits: BuildLimits;
  readonly space: DiskSpace;
  readonly openGroup: OpenGroup | null;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A root that is still the build's own, or why there is none. */
export type MadeLayer =
  { readonly kind: 'made'; readonly path: string } | Extract<Built, { readonly kind: 'failed' }>;

/** A group with the limits of a build; `null` in its place where there are none. */
export type OpenGroup = (id: string) => Pick<ControlGroup, 'joins' | 'kill' | 'remove' | 'strain'>;

/** Makes it. Throws the signal's reason when it is aborted. */
export async function runLayer(run: LayerRun): Promise<MadeLayer> {
  const { work, code, settings, tell } = run;
  const [target, door] = [join(work, 'layer'), join(work, 'layer-door')];
  await mkdir(target, { mode: 0o755 });
  const onRefused = (what: string, why: string): void => tell(`Refused: ${what}: ${why}`);
  await using stack = new AsyncDisposableStack();
  stack.use(await openDoor({ code, folder: door, settings, onRefused }));
  const group = run.openGroup?.(work.slice(-24));
  stack.defer(async () => {
    await group?.kill();
    await group?.remove();
  });
  const strain = (): string | undefined => describeStrain(group?.strain() ?? [], run.limits);
  const made = await withinBounds(run, { target, strain }, (signal) =>
    install(run, { target, door, joins: group?.joins ?? [], signal }),
  );
  const why = made.kind === 'failed' ? strain() : undefined;
  return why === undefined ? made : failed(`The packages of packages.txt could not be installed. ${why}`);
}

type Place = Pick<Parameters<typeof makeLayer>[0], 'target' | 'door' | 'joins' | 'signal'>;

async function install({ base, packages, code, settings, tell }: LayerRun, place: Place): Promise<MadeLayer> {
  const outcome = await makeLayer({
    ...{ base: base.path, suite: base.suite, packages, tell, ...place },
    security: settings.mirrors['debian-security'] !== null,
    ...{ inside: join(code.root, 'inside'), node: code.node, libraries: code.libraries },
  });
  if (outcome.kind === 'made') return { kind: 'made', path: place.target };
  return failed(`The packages of packages.txt could not be installed.\n${outcome.last.join('\n')}`);
}

// A package's scripts are Debian's, and what they do with what an author chose is not ours to know: what bounds a build bounds them.
async function withinBounds(
  { limits, space, signal }: LayerRun,
  { target, strain }: { readonly target: string; readonly strain: () => string | undefined },
  work: (signal: AbortSignal) => Promise<MadeLayer>,
): Promise<MadeLayer> {
  const [late, done] = [new AbortController(), new AbortController()];
  const stop = (why: string): void => late.abort(new Error(why));
  const timer = setTimeout(
    stop,
    limits.milliseconds,
    'To install packages.txt took too long, and was ended.',
  );
  const watching = watchBounds([target], limits, { stop, strain, space, signal: done.signal });
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (signal.aborted || !late.signal.aborted) throw error;
    return failed((late.signal.reason as Error).message);
  } finally {
    clearTimeout(timer);
    done.abort();
    await watching;
  }
}

function failed(message: string): MadeLayer {
  return { kind: 'failed', stage: 'BUILD_ERROR', message };
}
