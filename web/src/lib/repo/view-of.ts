// Which view a file has beside its text, by its name. Pure.

/** What a view reads. */
export type ViewForm = 'csv' | 'tsv' | 'jsonl' | 'json' | 'parquet' | 'safetensors' | 'gguf' | 'ipynb';

const BY_ENDING: Readonly<Record<string, ViewForm>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  parquet: 'parquet',
  safetensors: 'safetensors',
  gguf: 'gguf',
  ipynb: 'ipynb',
};

/** The form in which a file can be looked into; nothing for any other. */
export function viewFormOf(path: string): ViewForm | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}
