// Which names a file exports by declaring them. Re-exports are documented where they are declared.
import { type Node, child, children, identifierName } from './ast.ts';

/** An exported name and the statement that exports it. */
export interface ExportedName {
  readonly name: string;
  readonly node: Node;
}

/** The names declared and exported by a program, in order. */
export function exportedNames(program: Node): readonly ExportedName[] {
  const found: ExportedName[] = [];
  for (const statement of children(program, 'body')) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const declaration = child(statement, 'declaration');
    if (declaration === undefined) continue;
    for (const name of declaredNames(declaration)) found.push({ name, node: statement });
  }
  return found;
}

function declaredNames(declaration: Node): readonly string[] {
  const own = identifierName(child(declaration, 'id'));
  if (own !== undefined) return [own];
  return children(declaration, 'declarations').flatMap((one) => identifierName(child(one, 'id')) ?? []);
}
