// Adds the packages of packages.txt to a root, with a door beside it that reaches Debian's mirror.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildDoorStart } from '@holdfast/door/build/frames';
import { type BaseRoot, makeLayer } from '../base/index.ts';
import { type Built } from './build.ts';
import { type Code, openDoor } from './door.ts';

/** What is added to what. */
export interface LayerRun {
  readonly work: string;
  readonly base: BaseRoot;
  readonly packages: readonly string[];
  readonly code: Code;
  readonly settings: Omit<BuildDoorStart, 'type'>;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A root that is still the build's own, or why there is none. */
export type MadeLayer =
  { readonly kind: 'made'; readonly path: string } | Extract<Built, { readonly kind: 'failed' }>;

/** Makes it. Throws the signal's reason when it is aborted. */
export async function runLayer(run: LayerRun): Promise<MadeLayer> {
  const { work, base, packages, code, settings, tell, signal } = run;
  const [target, door] = [join(work, 'layer'), join(work, 'layer-door')];
  await mkdir(target, { mode: 0o755 });
  const onRefused = (what: string, why: string): void => tell(`Refused: ${what}: ${why}`);
  await using _door = await openDoor({ code, folder: door, settings, onRefused });
  const outcome = await makeLayer({
    ...{ base: base.path, suite: base.suite, packages, target, door, tell, signal },
    security: settings.mirrors['debian-security'] !== null,
    ...{ inside: join(code.root, 'inside'), node: code.node, libraries: code.libraries },
  });
  if (outcome.kind === 'made') return { kind: 'made', path: target };
  const message = `The packages of packages.txt could not be installed.\n${outcome.last.join('\n')}`;
  return { kind: 'failed', stage: 'BUILD_ERROR', message };
}
