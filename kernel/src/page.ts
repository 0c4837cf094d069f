// One page of a list, and the opaque cursor that continues it.

/** Part of a list. `next` is absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** Where a list continues: the sort value and the tie-breaking id of the last item. */
export interface Position {
  readonly value: string | number | null;
  readonly id: string;
}

/** The position as URL-safe text. */
export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.value, position.id])).toString('base64url');
}

/** The position in a cursor that a client sent back, or `undefined` when it is not one of ours. */
export function decodeCursor(cursor: string): Position | undefined {
  if (cursor.length > 1024) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
    const [value, id] = parsed as unknown[];
    if (typeof id !== 'string') return undefined;
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') return undefined;
    return { value, id };
  } catch {
    return undefined;
  }
}
