// Which names a file exports by declaring them. Re-exports are documented where they are declared.
import { type Node, child, children, identifierName } from './ast.ts';

/** An exported name and the statement that exports it. */
export interface ExportedName {
  readonly name: string;
  readonly node: Node;
  /** The function whose call is its value, if it is a constant made by a call. */
  readonly madeBy: string | undefined;
}

/** The names declared and exported by a program, in order. */
export function exportedNames(program: Node): readonly ExportedName[] {
  const found: ExportedName[] = [];
  for (const statement of children(program, 'body')) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const declaration = child(statement, 'declaration');
    if (declaration === undefined) continue;
    found.push(...declaredNames(declaration).map((one) => ({ ...one, node: statement })));
  }
  return found;
}

function declaredNames(declaration: Node): readonly Omit<ExportedName, 'node'>[] {
  const own = identifierName(child(declaration, 'id'));
  if (own !== undefined) return [{ name: own, madeBy: undefined }];
  return children(declaration, 'declarations').flatMap((one) => {
    const name = identifierName(child(one, 'id'));
    const call = child(one, 'init');
    const madeBy = call?.type === 'CallExpression' ? identifierName(child(call, 'callee')) : undefined;
    return name === undefined ? [] : [{ name, madeBy }];
  });
}
