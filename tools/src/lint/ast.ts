// The little of oxlint's plugin interface that our rules use. Spelt out here, because oxlint exports no types for
// rule authors, and because the interface may change: then only this file does.

/** A syntax node (ESTree, with TypeScript's own node types). */
export interface Node {
  readonly type: string;
  readonly range: readonly [number, number];
  readonly parent?: Node;
  readonly [key: string]: unknown;
}

/** A comment; `value` is its text without the delimiters. */
export interface Comment {
  readonly type: 'Line' | 'Block' | 'Shebang';
  readonly value: string;
  readonly range: readonly [number, number];
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
}

/** What a rule is given for one file. */
export interface RuleContext {
  readonly filename: string;
  readonly options: readonly unknown[];
  readonly sourceCode: {
    readonly text: string;
    readonly lines: readonly string[];
    getAllComments(): readonly Comment[];
  };
  report(finding: { node: unknown; message: string } | { loc: Spot; message: string }): void;
}

/** A place in a file: lines count from one, columns from zero. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** Where findings about a file as a whole are shown. */
export const FILE_START: Spot = { line: 1, column: 0 };

/** One rule: it is asked for its visitors once per file. */
export interface Rule {
  create(context: RuleContext): Record<string, (node: Node) => void>;
}

/** Whether a value is a syntax node. */
function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
  );
}

/** The child node under a key, or `undefined`. */
export function child(node: Node, key: string): Node | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** The child nodes in the list under a key. */
export function children(node: Node, key: string): readonly Node[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The text of a string literal, or `undefined`. */
export function literalText(node: Node | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

/** The name of an identifier, or `undefined`. */
export function identifierName(node: Node | undefined): string | undefined {
  return node !== undefined && typeof node['name'] === 'string' && node.type.endsWith('Identifier')
    ? node['name']
    : undefined;
}

/** Visitors that call `see` with each module specifier a file names, whatever the syntax. */
export function importVisitors(
  see: (specifier: string, node: Node, typeOnly: boolean) => void,
): Record<string, (node: Node) => void> {
  const visit = (node: Node): void => {
    const specifier = literalText(child(node, 'source'));
    if (specifier === undefined) return;
    see(specifier, node, isTypeOnly(node));
  };
  return {
    ImportDeclaration: visit,
    ExportNamedDeclaration: visit,
    ExportAllDeclaration: visit,
    ImportExpression: visit,
    TSImportType: visit,
  };
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType') return true;
  return node['importKind'] === 'type' || node['exportKind'] === 'type';
}
