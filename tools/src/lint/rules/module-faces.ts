// A module is entered through its face alone, and only along the edges of the table.
import { type Rule, importVisitors } from '../ast.ts';
import { MODULES, PURE_MODULES, PURE_ROOMS } from '../architecture.ts';
import { type Place, placeOf, targetOf } from '../place.ts';

/** Refuses reaching behind a face, edges that the table lacks, and outside reach from pure modules and rooms. */
export const moduleFaces: Rule = {
  create(context) {
    const from = placeOf(context.filename);
    if (from === undefined || from.workspace !== 'hub') return {};
    return importVisitors((specifier, node, typeOnly) => {
      const message = edgeComplaint(from, specifier) ?? purityComplaint(from, specifier, typeOnly);
      if (message !== undefined) context.report({ node, message });
    });
  },
};

function edgeComplaint(from: Place, specifier: string): string | undefined {
  const target = targetOf(specifier, from);
  const module = target === undefined ? undefined : placeOf(target)?.module;
  if (module === undefined || module === from.module) {
    return module !== undefined && specifier.startsWith('#')
      ? 'inside a module, import its files directly'
      : undefined;
  }
  if (from.test && from.module === undefined) return undefined;
  if (from.file === ALL_MIGRATIONS && specifier === `#migrations/${module}`) return undefined;
  if (specifier !== `#modules/${module}`) return `reach ${module} through its face: "#modules/${module}"`;
  if (from.module === undefined) return undefined;
  const allowed = MODULES[from.module];
  if (allowed === undefined) return `module ${from.module} is not in tools/src/lint/architecture.ts`;
  return allowed.includes(module) ? undefined : `${from.module} may not depend on ${module}`;
}

function purityComplaint(from: Place, specifier: string, typeOnly: boolean): string | undefined {
  if (from.module === undefined || from.test || typeOnly || !reachesOut(specifier)) return undefined;
  if (PURE_MODULES.includes(from.module)) return `${from.module} is pure: "${specifier}" reaches outside`;
  const room = /^hub\/src\/modules\/[^/]+\/([a-z-]+)(\/|\.ts$)/.exec(from.file)?.[1] ?? '';
  return PURE_ROOMS.includes(room) ? `${room} is a pure room: "${specifier}" reaches outside` : undefined;
}

/** What migrates the database loads the modules' migrations alone, so that every start is shorter by the modules. */
const ALL_MIGRATIONS = 'hub/src/migrations.ts';
const OUTSIDE = /^(@holdfast\/platform\/|node:(fs|net|http|https|child_process|os|dns|timers|process))/;

function reachesOut(specifier: string): boolean {
  return OUTSIDE.test(specifier);
}
