// One module per dangerous power: the table in powers.ts says which files may hold which.
import { type Node, type Rule, child, identifierName, importVisitors } from '../ast.ts';
import { IMPORTED_POWERS, LATE_IMPORTS, NAMED_POWERS } from '../powers.ts';
import { isNamed, placeOf } from '../place.ts';

/** Refuses a power outside the files that the table names for it, and loading code by a computed name anywhere. */
export const onePower: Rule = {
  create(context) {
    const file = placeOf(context.filename)?.file;
    if (file === undefined) return {};
    const report = (node: Node, message: string): void => context.report({ node, message });
    const imports = importVisitors((specifier, node, typeOnly) => {
      if (typeOnly || bringsOnlyTypes(node)) return;
      for (const power of IMPORTED_POWERS) {
        if (!power.modules.includes(specifier) || isNamed(file, power.files)) continue;
        report(node, `"${specifier}" is not for this file: ${power.advice}`);
      }
    });
    const check = (name: string | undefined, node: Node): void => {
      const power = NAMED_POWERS.find((candidate) => candidate.name === name);
      if (power !== undefined && !isNamed(file, power.files)) {
        report(node, `${power.name} is not for this file: ${power.advice}`);
      }
    };
    return {
      ...imports,
      ImportExpression: (node) => {
        if (!isNamed(file, LATE_IMPORTS))
          report(node, 'no dynamic import: what runs is known before it starts');
      },
      MemberExpression: (node) => check(memberName(node), node),
      CallExpression: (node) => check(globalCallee(node), node),
      NewExpression: (node) => check(globalCallee(node), node),
    };
  },
};

function memberName(node: Node): string | undefined {
  const object = identifierName(child(node, 'object'));
  const property = identifierName(child(node, 'property'));
  if (object === 'globalThis') return property;
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

function globalCallee(node: Node): string | undefined {
  return identifierName(child(node, 'callee'));
}

/** `import { type A, type B }` brings no name, though Node loads the file. */
function bringsOnlyTypes(node: Node): boolean {
  const specifiers = node['specifiers'];
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every((one: Node) => one['importKind'] === 'type' || one['exportKind'] === 'type');
}
