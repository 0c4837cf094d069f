// Importing a file does nothing and remembers nothing: state has an owner, and work starts in an entry file.
import { type Node, type Rule, child, children, identifierName } from '../ast.ts';
import { ENTRY_FILES } from '../architecture.ts';
import { isNamed, placeOf } from '../place.ts';

const CONTAINERS: readonly string[] = ['Map', 'Set', 'WeakMap', 'WeakSet'];

/** Refuses module-level `let`, empty module-level containers, and statements that do something at import. */
export const noModuleState: Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (place === undefined || place.test) return {};
    const entry = isNamed(place.file, ENTRY_FILES);
    return {
      Program(program) {
        for (const statement of children(program, 'body')) {
          const declaration = child(statement, 'declaration') ?? statement;
          if (isMutable(declaration))
            context.report({ node: statement, message: 'no module-level mutable state' });
          if (!entry && isWork(statement)) context.report({ node: statement, message: 'no work at import' });
        }
      },
    };
  },
};

function isMutable(declaration: Node): boolean {
  if (declaration.type !== 'VariableDeclaration') return false;
  if (declaration['declare'] === true) return false;
  if (declaration['kind'] === 'let' || declaration['kind'] === 'var') return true;
  return children(declaration, 'declarations').some((one) => isEmptyContainer(child(one, 'init')));
}

function isEmptyContainer(value: Node | undefined): boolean {
  if (value?.type !== 'NewExpression' || children(value, 'arguments').length > 0) return false;
  return CONTAINERS.includes(identifierName(child(value, 'callee')) ?? '');
}

function isWork(statement: Node): boolean {
  if (statement.type !== 'ExpressionStatement') return false;
  return statement['directive'] === undefined || statement['directive'] === null;
}
