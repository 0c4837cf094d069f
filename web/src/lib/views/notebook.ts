// The cells of a Jupyter notebook and what they wrote. Nothing of it is executed; Markdown and HTML go through the one place
// where texts of people become HTML.
import { cleanHtml } from '../prose/clean.ts';
import { type ProsePlace } from '../prose/addresses.ts';
import { renderProse } from '../prose/prose.ts';
import { Unreadable, type Cell, type Notebook, type Output, type Reader } from './sheet.ts';
import { type Source } from './source.ts';

const LONGEST = 24 * 1024 * 1024;
/** Cells of one step. */
const STEP = 50;
/** Letters of a cell, of one of its outputs, and of a picture in it. */
const MOST_TEXT = 100_000;
const MOST_OUTPUT = 50_000;
const MOST_PICTURE = 8 * 1024 * 1024;
const MOST_OUTPUTS = 50;
/** Kinds of pictures that are shown: each as a picture alone, which runs nothing. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

type Fields = Readonly<Record<string, unknown>>;

/** Reads a notebook whole, and shows its cells step by step. */
export class NotebookReader implements Reader {
  readonly #source: Source;
  readonly #place: ProsePlace;
  #notebook: { readonly language: string; readonly cells: readonly unknown[] } | undefined;
  #shown = 0;

  constructor(source: Source, place: ProsePlace) {
    this.#source = source;
    this.#place = place;
  }

  async next(): Promise<Notebook> {
    this.#notebook ??= await this.#begin();
    const { language, cells } = this.#notebook;
    const shown = cells
      .slice(this.#shown, this.#shown + STEP)
      .map((one) => cellOf(fieldsOf(one), this.#place));
    this.#shown += shown.length;
    return {
      ...{ kind: 'notebook', language, cells: shown },
      ...{ total: cells.length, more: this.#shown < cells.length },
    };
  }

  async #begin(): Promise<{ language: string; cells: readonly unknown[] }> {
    const { size } = this.#source;
    if (size > LONGEST) throw new Unreadable('too-large');
    const document = fieldsOf(JSON.parse(new TextDecoder().decode(await this.#source.read(0, size))));
    const { cells, metadata } = document;
    if (!Array.isArray(cells)) throw new Unreadable('broken');
    const { kernelspec, language_info: language } = fieldsOf(metadata);
    const name = fieldsOf(language)['name'] ?? fieldsOf(kernelspec)['language'];
    return { language: typeof name === 'string' && /^[a-z+#]{1,20}$/.test(name) ? name : 'python', cells };
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** A text, which a notebook has as one or as its lines. */
function textOf(value: unknown, longest = MOST_TEXT): string {
  const text = Array.isArray(value) ? value.filter((one) => typeof one === 'string').join('') : value;
  if (typeof text !== 'string') return '';
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
}

function cellOf(cell: Fields, place: ProsePlace): Cell {
  const text = textOf(cell['source']);
  if (cell['cell_type'] === 'markdown') return { kind: 'prose', html: renderProse(text, place).html };
  if (cell['cell_type'] !== 'code') return { kind: 'text', text };
  const [count, outputs] = [cell['execution_count'], cell['outputs']];
  return {
    ...{ kind: 'code', text, count: typeof count === 'number' ? count : undefined },
    outputs: (Array.isArray(outputs) ? outputs : [])
      .slice(0, MOST_OUTPUTS)
      .flatMap((one) => outputOf(fieldsOf(one), place)),
  };
}

function outputOf(output: Fields, place: ProsePlace): Output[] {
  switch (output['output_type']) {
    case 'stream':
      return [{ kind: 'text', text: bare(textOf(output['text'], MOST_OUTPUT)) }];
    case 'error': {
      const trace = Array.isArray(output['traceback']) ? output['traceback'].slice(0, 200).join('\n') : '';
      const said = `${textOf(output['ename'], 200)}: ${textOf(output['evalue'], 2_000)}`;
      return [{ kind: 'error', text: bare(textOf(trace === '' ? said : trace, MOST_OUTPUT)) }];
    }
    default:
      return shownOf(fieldsOf(output['data']), place);
  }
}

/** The first of the forms of an output that can be shown: a picture, a table in HTML, or its text. */
function shownOf(forms: Fields, place: ProsePlace): Output[] {
  for (const type of PICTURES) {
    const data = textOf(forms[type], MOST_PICTURE + 1).replaceAll(/\s/g, '');
    if (data !== '' && data.length <= MOST_PICTURE && /^[A-Za-z0-9+/]+={0,2}$/.test(data))
      return [{ kind: 'picture', source: `data:${type};base64,${data}` }];
  }
  const html = textOf(forms['text/html'], MOST_TEXT);
  if (html !== '') return [{ kind: 'html', html: cleanHtml(html, place) }];
  const markdown = textOf(forms['text/markdown'], MOST_TEXT);
  if (markdown !== '') return [{ kind: 'html', html: renderProse(markdown, place).html }];
  const plain = textOf(forms['text/plain'], MOST_OUTPUT);
  return plain === '' ? [] : [{ kind: 'text', text: bare(plain) }];
}

/** Text without what moves the cursor of a terminal and changes its colours. */
function bare(text: string): string {
  // oxlint-disable-next-line no-control-regex -- such letters are what is taken out
  const colourless = text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
  // What a line was written over with is what was seen at last: bars of progress fill megabytes otherwise.
  return colourless
    .split('\n')
    .map((line) => line.slice(line.trimEnd().lastIndexOf('\r') + 1).trimEnd())
    .join('\n');
}
