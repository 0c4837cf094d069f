// Files as people have them in a repository of a model: a card, code, tables, headers of weights, a notebook, a sound. Browser tests
// look at them.
import { HOSTILE_PARQUET } from './hostile-parquet.ts';

const CARD = `---
license: apache-2.0
language: [en, pt]
pipeline_tag: text-generation
library_name: transformers
datasets: [alice/reviews]
base_model: alice/base
tags: [small, demo]
---
# Tiny writer

A **small** model that writes, see [the notes](docs/notes.md#use) and [the code](src/run.py).

![a picture](pictures/dot.gif)
[![build](https://img.example/build.svg)](https://example.org)

## Use

\`\`\`python
from transformers import pipeline
write = pipeline("text-generation", model="alice/writer")
print(write("Once upon a time")[0])  # a story
\`\`\`

| split | rows | score |
| ----- | ---: | ----: |
| train | 9000 | 0.91 |
| test  | 1000 | 0.88 |

> Made for tests, and for nothing else.

1. Read it.
2. Try it.
`;

/** A picture of one point, all of whose bytes are text, too. */
const DOT = 'GIF89a\u0001\0\u0001\0\0\0\0,\0\0\0\0\u0001\0\u0001\0\0\u0002\u0002D\u0001\0;';

const RUN = `"""Runs the writer."""
import sys


def write(start: str, length: int = 40) -> str:
    # Nothing clever.
    return start + " ..." * length


if __name__ == "__main__":
    print(write(sys.argv[1]))
`;

/** A model with a card that has everything, and code beside it. */
export const WRITER_FILES: Readonly<Record<string, string>> = {
  'README.md': CARD,
  'config.json': '{"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2"}',
  'docs/notes.md': '# Notes\n\n## Use\n\nBack to [the card](../README.md).\n',
  'src/run.py': RUN,
  'src/__init__.py': '',
  'pictures/dot.gif': DOT,
  'weights.bin': '\u0000\u0001\u0002',
};

const ROWS = Array.from({ length: 250 }, (_none, index) => `review ${index},${index % 5}\n`).join('');
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const NOTEBOOK = {
  metadata: { language_info: { name: 'python' } },
  nbformat: 4,
  cells: [
    { cell_type: 'markdown', source: '# A look at the data\n\nIt has **two** columns.' },
    {
      cell_type: 'code',
      execution_count: 1,
      source: ['import pandas\n', 'pandas.read_csv("data.csv").head(1)'],
      outputs: [
        {
          output_type: 'execute_result',
          data: { 'text/html': '<table><tr><th>text</th></tr><tr><td>good</td></tr></table>' },
        },
        { output_type: 'display_data', data: { 'image/png': PIXEL } },
        { output_type: 'stream', text: 'done\n' },
      ],
    },
  ],
};

/** Safetensors with this header, and bytes for weights. */
export function safetensorsOf(header: unknown, weights: number): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(weights)]);
}

/** GGUF with one fact about the model, and one tensor. */
export function ggufOf({
  name,
  value,
  tensor,
}: Readonly<Record<'name' | 'value' | 'tensor', string>>): Buffer {
  const text = (one: string): Buffer => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(one.length));
    return Buffer.concat([length, Buffer.from(one)]);
  };
  const numbers = (...all: number[]): Buffer => Buffer.from(Uint32Array.from(all).buffer);
  return Buffer.concat([
    ...[Buffer.from('GGUF'), numbers(3, 1, 0, 1, 0), text(name), numbers(8), text(value)],
    ...[text(tensor), numbers(2, 64, 0, 32, 0, 12, 0, 0), Buffer.alloc(64)],
  ]);
}

/** A second of silence. */
function wav(): Buffer {
  const head = Buffer.from(
    'RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0@\x1f\0\0\x01\0\x08\0data@\x1f\0\0',
    'latin1',
  );
  head.writeUInt32LE(36 + 8_000, 4);
  return Buffer.concat([head, Buffer.alloc(8_000, 0x80)]);
}

/** Files that the reader's browser looks into itself. */
export const VIEWED_FILES: Readonly<Record<string, string | Uint8Array>> = {
  'data.csv': `text,stars\n${ROWS}`,
  'data.jsonl': '{"text":"good","stars":5}\n{"text":"bad","more":{"deep":[1]}}\n',
  'list.json': '[{"name":"a"},{"name":"b"}]',
  'data.parquet': Buffer.from(HOSTILE_PARQUET, 'base64'),
  'broken.parquet': Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(100, 7), Buffer.from('PAR1')]),
  'model.safetensors': safetensorsOf(
    {
      __metadata__: { format: 'pt' },
      'h.0.attn.weight': { dtype: 'F16', shape: [768, 2304], data_offsets: [0, 4] },
    },
    300_000,
  ),
  'model.gguf': ggufOf({ name: 'general.name', value: 'Tiny', tensor: 'output.weight' }),
  'look.ipynb': JSON.stringify(NOTEBOOK),
  'silence.wav': wav(),
};
