// Runs in a worker of the reader's browser: tables of text, and headers of weights.
import { readGguf } from './gguf.ts';
import { JsonLinesReader, JsonReader } from './json-table.ts';
import { readSafetensors } from './safetensors.ts';
import { SeparatedReader } from './separated.ts';
import { serveView } from './serve-view.ts';
import { TensorsReader } from './tensors.ts';

serveView((source, { form, locale }) => {
  switch (form) {
    case 'safetensors':
      return new TensorsReader(() => readSafetensors(source), locale);
    case 'gguf':
      return new TensorsReader(() => readGguf(source), locale);
    case 'jsonl':
      return new JsonLinesReader(source);
    case 'json':
      return new JsonReader(source);
    default:
      return new SeparatedReader(source, form === 'tsv');
  }
});
