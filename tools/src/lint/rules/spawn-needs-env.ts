// A child that inherits the environment inherits LD_PRELOAD and every secret in it, so each spawn names its own.
import { type Node, type Rule, child, children, identifierName, literalText } from '../ast.ts';

const SPAWNERS: readonly string[] = ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'fork'];
const SHELLS: readonly string[] = ['exec', 'execSync'];

/** Refuses starting a process without a literal `env`, and through a shell. */
export const spawnNeedsEnv: Rule = {
  create(context) {
    const names = new Map<string, string>();
    return {
      ImportDeclaration(node) {
        if (!/^(node:)?child_process$/.test(literalText(child(node, 'source')) ?? '')) return;
        for (const specifier of children(node, 'specifiers')) {
          const local = identifierName(child(specifier, 'local'));
          const imported = identifierName(child(specifier, 'imported')) ?? '*';
          if (local !== undefined) names.set(local, imported);
        }
      },
      CallExpression(node) {
        const name = spawnerName(node, names);
        if (name === undefined) return;
        const message = complaint(name, node);
        if (message !== undefined) context.report({ node, message });
      },
    };
  },
};

function spawnerName(call: Node, names: ReadonlyMap<string, string>): string | undefined {
  const callee = child(call, 'callee');
  const direct = identifierName(callee);
  if (direct !== undefined) return names.get(direct);
  const object = callee === undefined ? undefined : identifierName(child(callee, 'object'));
  if (callee === undefined || object === undefined || !names.has(object)) return undefined;
  return identifierName(child(callee, 'property'));
}

function complaint(name: string, call: Node): string | undefined {
  if (SHELLS.includes(name)) return `${name}() runs a shell: pass an argument list to spawn() or execFile()`;
  if (!SPAWNERS.includes(name)) return undefined;
  const literals = children(call, 'arguments').filter((argument) => argument.type === 'ObjectExpression');
  const properties = literals.flatMap((argument) => children(argument, 'properties'));
  const named = (key: string): Node | undefined =>
    properties.find((property) => identifierName(child(property, 'key')) === key);
  if (usesShell(named('shell'))) return 'a shell would read the arguments as a program';
  return named('env') === undefined
    ? `${name}() needs a literal options object with its own "env"`
    : undefined;
}

function usesShell(option: Node | undefined): boolean {
  return option !== undefined && child(option, 'value')?.['value'] !== false;
}
