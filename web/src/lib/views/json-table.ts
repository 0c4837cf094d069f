// Tables in JSON: an object on each line, a list of objects, or an object of lists.
import { MOST_COLUMNS, shorten, STEP, Unreadable, valueText, type Reader, type Table } from './sheet.ts';
import { Window, type Source } from './source.ts';

type Row = Readonly<Record<string, unknown>>;

const LINE = 0x0a;
/** Bytes of a document that is parsed as one: it is held until the page is left. What the page says of it names this number. */
const LONGEST = 16 * 1024 * 1024;

/** Reads an object from each line, as far as it is shown. */
export class JsonLinesReader implements Reader {
  readonly #window: Window;
  #columns: readonly string[] | undefined;

  constructor(source: Source) {
    this.#window = new Window(source);
  }

  async next(): Promise<Table> {
    const values: Row[] = [];
    while (values.length < STEP && !this.#window.done) {
      const line = await this.#line();
      if (line.trim() !== '') values.push(rowOf(JSON.parse(line)));
    }
    this.#columns ??= columnsOf(values);
    return tableOf(this.#columns, values, { more: !this.#window.done, total: undefined });
  }

  async #line(): Promise<string> {
    let from = 0;
    for (;;) {
      const { bytes, whole } = this.#window;
      const end = bytes.indexOf(LINE, from);
      if (end !== -1 || whole) {
        const last = end === -1 ? bytes.length : end;
        const line = new TextDecoder().decode(bytes.subarray(0, last));
        this.#window.take(end === -1 ? last : last + 1);
        return line;
      }
      from = bytes.length;
      await this.#window.grow();
    }
  }
}

/** Rows that are made when they are shown: a short text may say that there are millions, each of hundreds of columns. */
interface Rows {
  readonly length: number;
  row(index: number): Row;
}

/** Reads a document whole, and shows its rows step by step. */
export class JsonReader implements Reader {
  readonly #source: Source;
  #rows: Rows | undefined;
  #columns: readonly string[] = [];
  #shown = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  async next(): Promise<Table> {
    this.#rows ??= await this.#begin();
    const values = rowsFrom(this.#rows, this.#shown);
    this.#shown += values.length;
    const { length: total } = this.#rows;
    return tableOf(this.#columns, values, { more: this.#shown < total, total });
  }

  async #begin(): Promise<Rows> {
    const { size } = this.#source;
    if (size > LONGEST) throw new Unreadable('document');
    const text = new TextDecoder().decode(await this.#source.read(0, size));
    const rows = rowsOf(JSON.parse(text));
    if (rows === undefined) throw new Unreadable('no-table');
    this.#columns = columnsOf(rowsFrom(rows, 0));
    return rows;
  }
}

/** Those of one step. */
function rowsFrom(rows: Rows, from: number): Row[] {
  const length = Math.min(STEP, rows.length - from);
  return Array.from({ length }, (_none, index) => rows.row(from + index));
}

function rowsOf(value: unknown): Rows | undefined {
  if (Array.isArray(value)) return { length: value.length, row: (index) => rowOf(value[index]) };
  if (typeof value !== 'object' || value === null) return undefined;
  const lists = Object.entries(value);
  // As answers of many programs have it: `{"data": [...]}`.
  const inner = lists.find(([, one]) => Array.isArray(one) && one.length > 0 && isObject(one[0]));
  if (inner !== undefined) return rowsOf(inner[1]);
  const columns = lists.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  if (columns.length === 0 || columns.length < lists.length) return undefined;
  return {
    length: columns.reduce((most, [, one]) => Math.max(most, one.length), 0),
    row: (index) =>
      Object.fromEntries(columns.slice(0, MOST_COLUMNS).map(([name, one]) => [name, one[index]])),
  };
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rowOf(value: unknown): Row {
  if (isObject(value)) return value;
  return Array.isArray(value) ? Object.fromEntries(value.slice(0, MOST_COLUMNS).entries()) : { '': value };
}

function columnsOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row).slice(0, MOST_COLUMNS)))].slice(0, MOST_COLUMNS);
}

function tableOf(
  columns: readonly string[],
  values: readonly Row[],
  at: { readonly more: boolean; readonly total: number | undefined },
): Table {
  const cell = (row: Row, name: string): string => (Object.hasOwn(row, name) ? valueText(row[name]) : '');
  return {
    ...{ kind: 'table', heads: 'own', facts: [], left: [], ...at },
    columns: columns.map((name) => shorten(name, 100)),
    rows: values.map((row) => columns.map((name) => cell(row, name))),
  };
}
