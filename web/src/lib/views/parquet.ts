// Rows of a Parquet file: its description from its end, then of one group of rows the columns that are shown. What would take
// a great deal to be read for a look is left out, and named.
import { parquetMetadataAsync, parquetRead, snappyUncompress, type FileMetaData } from 'hyparquet';
import { decompress as unzstd } from 'fzstd';
import { MOST_COLUMNS, shorten, STEP, Unreadable, valueText, type Reader, type Table } from './sheet.ts';
import { type Source } from './source.ts';

/** Bytes of the columns that are read at once, as they lie in the file and as they are unpacked. */
const MOST_PACKED = 12 * 1024 * 1024;
const MOST_UNPACKED = 96 * 1024 * 1024;
/** Rows of one group: lists of so many are made of each column. */
const MOST_ROWS = 20_000_000;

/** Reads rows as far as they are shown. */
export class ParquetReader implements Reader {
  readonly #source: Source;
  #metadata: FileMetaData | undefined;
  #columns: readonly string[] = [];
  #left: readonly string[] = [];
  #shown = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  async next(): Promise<Table> {
    const metadata = (this.#metadata ??= await this.#begin());
    const total = Number(metadata.num_rows);
    const end = Math.min(total, this.#shown + STEP);
    const rows = end > this.#shown && this.#columns.length > 0 ? await this.#read(metadata, end) : [];
    this.#shown = end;
    return {
      ...{ kind: 'table', heads: 'own', facts: [], rows, total, more: end < total },
      columns: this.#columns.map((name) => shorten(name, 100)),
      left: this.#left.slice(0, MOST_COLUMNS).map((name) => shorten(name, 100)),
    };
  }

  async #begin(): Promise<FileMetaData> {
    const metadata = await parquetMetadataAsync(this.#file(), { initialFetchSize: 64 * 1024 });
    const { row_groups: groups } = metadata;
    if (groups.some((group) => Number(group.num_rows) > MOST_ROWS)) throw new Unreadable('too-large');
    const codecs = new Set(groups.flatMap(({ columns }) => columns.map((column) => column.meta_data?.codec)));
    if (![...codecs].every((codec) => codec === 'UNCOMPRESSED' || Object.hasOwn(COMPRESSORS, codec ?? '')))
      throw new Unreadable('packed');
    const sizes = sizesOf(metadata);
    let [packed, unpacked] = [0, 0];
    const fits = ([, size]: [string, Size]): boolean => {
      [packed, unpacked] = [packed + size.packed, unpacked + size.unpacked];
      if (packed <= MOST_PACKED && unpacked <= MOST_UNPACKED) return true;
      [packed, unpacked] = [packed - size.packed, unpacked - size.unpacked];
      return false;
    };
    const shown = [...sizes].slice(0, MOST_COLUMNS).filter(fits);
    this.#columns = shown.map(([name]) => name);
    this.#left = [...sizes.keys()].filter((name) => !this.#columns.includes(name));
    return metadata;
  }

  async #read(metadata: FileMetaData, rowEnd: number): Promise<string[][]> {
    const columns = [...this.#columns];
    let found: readonly Record<string, unknown>[] = [];
    await parquetRead({
      ...{ file: this.#file(), metadata, columns, rowStart: this.#shown, rowEnd, utf8: false },
      ...{ compressors: COMPRESSORS, useOffsetIndex: true },
      rowFormat: 'object',
      onComplete: (rows) => {
        found = rows;
      },
    });
    return found.map((row) => columns.map((name) => (Object.hasOwn(row, name) ? valueText(row[name]) : '')));
  }

  #file(): { byteLength: number; slice: (start: number, end?: number) => Promise<ArrayBuffer> } {
    const { size } = this.#source;
    return {
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = await this.#source.read(start, end);
        return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
      },
    };
  }
}

interface Size {
  readonly packed: number;
  readonly unpacked: number;
}

/** Of each column its greatest size among the groups of rows. */
function sizesOf({ row_groups: groups }: FileMetaData): Map<string, Size> {
  const sizes = new Map<string, Size>();
  for (const group of groups) {
    const own = new Map<string, Size>();
    for (const { meta_data: column } of group.columns) {
      const name = column?.path_in_schema[0];
      if (column === undefined || name === undefined) throw new Unreadable('broken');
      const before = own.get(name) ?? { packed: 0, unpacked: 0 };
      own.set(name, {
        packed: before.packed + Number(column.total_compressed_size),
        unpacked: before.unpacked + Number(column.total_uncompressed_size),
      });
    }
    for (const [name, size] of own) if (size.packed >= (sizes.get(name)?.packed ?? 0)) sizes.set(name, size);
  }
  return sizes;
}

/** How pages are unpacked, each within a bound: a page says how large it becomes. */
const COMPRESSORS = {
  SNAPPY: (input: Uint8Array, length: number): Uint8Array => {
    const output = roomFor(length);
    snappyUncompress(input, output);
    return output;
  },
  ZSTD: (input: Uint8Array, length: number): Uint8Array => unzstd(input, roomFor(length)),
};

function roomFor(length: number): Uint8Array {
  if (length > MOST_UNPACKED) throw new Unreadable('too-large');
  return new Uint8Array(length);
}
