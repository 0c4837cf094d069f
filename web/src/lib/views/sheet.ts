// What a view of a file is made of once it was read: texts, cut to what a page can hold. Nothing in it is HTML but what was
// cleaned.

/** What did not work, as the page says it. */
export type Flaw = 'broken' | 'too-large' | 'document' | 'no-table' | 'packed';

/** A file that cannot be shown, and why. Whatever else is thrown while one is read means that it is broken. */
export class Unreadable extends Error {
  readonly flaw: Flaw;

  constructor(flaw: Flaw) {
    super(flaw);
    this.flaw = flaw;
  }
}

/** Rows that follow those that are shown already. */
export interface Table {
  readonly kind: 'table';
  /** Whether the columns are the file's own, or those of a list of tensors. */
  readonly heads: 'own' | 'tensors';
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What is known of the whole: its name, a word of ours or the file's own, and a value. */
  readonly facts: readonly Fact[];
  /** Rows of the whole file, where it says so. */
  readonly total: number | undefined;
  readonly more: boolean;
  /** Columns that are too large to be read for a look. */
  readonly left: readonly string[];
}

/** A name and a value. */
export type Fact = readonly [name: string, value: string];

/** What a cell of a notebook shows below its text. */
export type Output =
  | { readonly kind: 'text' | 'error'; readonly text: string }
  | { readonly kind: 'picture'; readonly source: string }
  | { readonly kind: 'html'; readonly html: string };

/** A cell of a notebook. `html` was cleaned. */
export type Cell =
  | { readonly kind: 'prose'; readonly html: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'code';
      readonly count: number | undefined;
      readonly text: string;
      readonly outputs: readonly Output[];
    };

/** Cells that follow those that are shown already. */
export interface Notebook {
  readonly kind: 'notebook';
  readonly language: string;
  readonly cells: readonly Cell[];
  readonly total: number;
  readonly more: boolean;
}

/** What a page draws. */
export type Sheet = Table | Notebook;

/** Reads what a file shows, a step at a time: the first for a page that was opened, others when somebody asks for more. */
export interface Reader {
  next(): Promise<Sheet>;
}

/** Rows of one step. */
export const STEP = 100;
/** Columns that are shown of a table. */
export const MOST_COLUMNS = 200;
const LONGEST = 300;

/** A text within the bounds of a cell. */
export function shorten(text: string, longest = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
}

/** Any value, as a cell shows it. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return shorten(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (value instanceof Uint8Array) return bytesText(value);
  if (typeof value === 'object') return shorten(JSON.stringify(value, plain) ?? '');
  const plainly = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return plainly ? String(value) : '';
}

// Called for each value within another. A long list costs no more than what is shown of it.
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return bytesText(value);
  if (ArrayBuffer.isView(value)) return Array.prototype.slice.call(value, 0, LONGEST) as unknown;
  return Array.isArray(value) ? value.slice(0, LONGEST) : value;
}

/** Bytes that are a short text are shown as it; of others there is a number. */
function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= LONGEST && !bytes.includes(0)) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      // Not a text.
    }
  }
  return `[${bytes.length} B]`;
}
