// A table whose values stand between commas or tabs, with the names of its columns in the first row.
import { guessDelimiter, readRows } from './separated-rows.ts';
import { STEP, type Reader, type Table } from './sheet.ts';
import { Window, type Source } from './source.ts';

/** Reads such a table from its beginning, as far as it is shown. */
export class SeparatedReader implements Reader {
  readonly #window: Window;
  #delimiter: number | undefined;
  #columns: readonly string[] | undefined;

  constructor(source: Source, tabs: boolean) {
    this.#window = new Window(source);
    this.#delimiter = tabs ? 0x09 : undefined;
  }

  async next(): Promise<Table> {
    this.#columns ??= await this.#begin();
    const rows = await this.#take(STEP);
    const more = !this.#window.done;
    return {
      ...{ kind: 'table', heads: 'own', facts: [], left: [] },
      ...{ columns: this.#columns, rows, more, total: undefined },
    };
  }

  async #begin(): Promise<readonly string[]> {
    await this.#window.grow();
    const { bytes } = this.#window;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#window.take(3);
    this.#delimiter ??= guessDelimiter(this.#window.bytes);
    return (await this.#take(1))[0] ?? [];
  }

  async #take(most: number): Promise<string[][]> {
    const delimiter = this.#delimiter ?? 0x2c;
    for (;;) {
      const { whole, bytes } = this.#window;
      const { rows, used } = readRows(bytes, { delimiter, whole, most });
      if (rows.length === most || whole) {
        this.#window.take(used);
        return rows;
      }
      await this.#window.grow();
    }
  }
}
