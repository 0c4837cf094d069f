// Direction is downwards only: kernel ← platform ← modules ← surfaces ← app, and the same between workspaces.
import { builtinModules } from 'node:module';
import { type Rule, importVisitors } from '../ast.ts';
import { LAYERS, type Layer, PURE_BUILTINS, SUPERVISOR_FACES } from '../architecture.ts';
import { type Place, placeOf, targetOf } from '../place.ts';

/** Refuses imports upwards, into another workspace by a relative path, and of the outside world in the kernel. */
export const layers: Rule = {
  create(context) {
    const from = placeOf(context.filename);
    if (from === undefined) return {};
    return importVisitors((specifier, node) => {
      const message = complaint(from, specifier);
      if (message !== undefined) context.report({ node, message });
    });
  },
};

function complaint(from: Place, specifier: string): string | undefined {
  const target = targetOf(specifier, from);
  if (target === undefined) return outsideComplaint(from, specifier);
  const to = placeOf(target);
  if (to === undefined) return `"${specifier}" leads out of the house`;
  if (specifier.startsWith('.') && to.workspace !== from.workspace) {
    return `"${specifier}" crosses into ${to.workspace}: write @holdfast/${to.workspace}/…`;
  }
  if (from.test && reachableFromTests(from, to)) return undefined;
  if (from.layer !== to.layer && !LAYERS[from.layer].includes(to.layer)) {
    return `${from.layer} may not import ${to.layer} ("${specifier}"): ${direction(from.layer)}`;
  }
  if (
    to.layer === 'supervisor' &&
    !['supervisor', 'cli'].includes(from.layer) &&
    !SUPERVISOR_FACES.includes(to.file)
  ) {
    return `others know only the supervisor's settings, not "${specifier}"`;
  }
  return undefined;
}

function outsideComplaint(from: Place, specifier: string): string | undefined {
  if (from.test) return undefined;
  const builtin = specifier.startsWith('node:') || builtinModules.includes(specifier);
  if (builtin && !specifier.startsWith('node:')) return `write "node:${specifier}"`;
  if (from.layer !== 'kernel') return undefined;
  return PURE_BUILTINS.includes(specifier) ? undefined : `the kernel is pure: "${specifier}" reaches outside`;
}

/** Tests in a `test/` folder build the whole from its parts; tests beside a file keep to their layer. */
function reachableFromTests(from: Place, to: Place): boolean {
  return from.workspace === to.workspace || /^[a-z]+\/test\//.test(from.file);
}

function direction(layer: Layer): string {
  const below = LAYERS[layer];
  return below.length === 0 ? 'it stands on nothing' : `it stands on ${below.join(', ')}`;
}
