// Where a file stands in the house: its workspace, layer, module and room. Every structural rule asks here.
import path from 'node:path';
import { LAYER_OF_FOLDER, type Layer } from './architecture.ts';

/** Where a file stands. `file` is relative to the checkout, with forward slashes. */
export interface Place {
  readonly file: string;
  readonly workspace: string;
  readonly layer: Layer;
  /** The module of the hub the file belongs to. */
  readonly module: string | undefined;
  /** A `*.test.ts` beside its subject, or anything in a `test/` folder. */
  readonly test: boolean;
}

const root = path.resolve(import.meta.dirname, '../../..');

/** A path relative to the checkout, or `undefined` when it lies outside. */
function relativeToRoot(filename: string): string | undefined {
  const relative = path.relative(root, path.resolve(root, filename)).split(path.sep).join('/');
  return relative.startsWith('..') ? undefined : relative;
}

/** The place of a file of the checkout, or `undefined` for files outside every workspace. */
export function placeOf(filename: string): Place | undefined {
  const file = relativeToRoot(filename);
  if (file === undefined) return undefined;
  const layer = LAYER_OF_FOLDER.find(([folder]) => file.startsWith(folder))?.[1];
  if (layer === undefined) return undefined;
  const module = /^hub\/src\/modules\/([^/]+)\//.exec(file)?.[1];
  const test = file.endsWith('.test.ts') || /^[a-z]+\/test\//.test(file);
  return { file, workspace: file.split('/')[0] ?? '', layer, module, test };
}

/**
 * The file an import leads to, relative to the checkout, or `undefined` for packages and built-ins.
 * A face (`#modules/x`) leads to the module's `index.ts`, or to that of its migrations (`#migrations/x`).
 */
export function targetOf(specifier: string, from: Place): string | undefined {
  if (specifier.startsWith('.'))
    return path.posix.normalize(path.posix.join(path.posix.dirname(from.file), specifier));
  const own = /^@holdfast\/([a-z]+)\/(.+)$/.exec(specifier);
  if (own !== null) return `${own[1]}/src/${own[2]}.ts`;
  const inner = /^#(migrations|modules|config|surfaces)\/(.+)$/.exec(specifier);
  if (inner === null) return undefined;
  const [, kind, name] = inner;
  if (kind === 'modules') return `hub/src/modules/${name}/index.ts`;
  if (kind === 'migrations') return `hub/src/modules/${name}/migrations/index.ts`;
  return `hub/src/${kind}/${name}.ts`;
}

/** Whether a file is named by one of the patterns: exact, or with `*` (one segment) and `**` (any depth). */
export function isNamed(file: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => path.posix.matchesGlob(file, pattern));
}
