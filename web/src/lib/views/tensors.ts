// What the header of a file of weights says, as a table: its tensors, and what is written beside them.
import { shorten, type Fact, type Reader, type Table } from './sheet.ts';

/** One tensor. */
export interface Tensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
}

/** A header that was read. */
export interface WeightsHeader {
  readonly facts: readonly Fact[];
  readonly tensors: readonly Tensor[];
}

const STEP = 500;
const MOST_FACTS = 200;

/** Shows a header that some file begins with, step by step. */
export class TensorsReader implements Reader {
  readonly #read: () => Promise<WeightsHeader>;
  readonly #numbers: Intl.NumberFormat;
  #header: WeightsHeader | undefined;
  #shown = 0;

  constructor(read: () => Promise<WeightsHeader>, locale: string) {
    this.#read = read;
    this.#numbers = new Intl.NumberFormat(locale);
  }

  async next(): Promise<Table> {
    const first = this.#header === undefined;
    this.#header ??= await this.#read();
    const { tensors } = this.#header;
    const rows = tensors.slice(this.#shown, this.#shown + STEP).map((one) => this.#row(one));
    this.#shown += rows.length;
    return {
      ...{ kind: 'table', heads: 'tensors', columns: ['tensor', 'type', 'shape', 'parameters'], left: [] },
      ...{ rows, total: tensors.length, more: this.#shown < tensors.length },
      facts: first ? this.#facts(this.#header) : [],
    };
  }

  #facts({ facts, tensors }: WeightsHeader): Fact[] {
    const sum = tensors.reduce((total, { shape }) => total + countOf(shape), 0);
    const own = facts.slice(0, MOST_FACTS).map(([name, value]): Fact => [shorten(name, 100), shorten(value)]);
    return [['parameters', this.#numbers.format(sum)], ...own];
  }

  #row({ name, type, shape }: Tensor): string[] {
    const count = this.#numbers.format(countOf(shape));
    return [shorten(name), shorten(type, 40), shape.slice(0, 12).join(' × '), count];
  }
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, one) => product * one, 1);
}
