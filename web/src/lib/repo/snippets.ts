// How clients get at a repository: what is typed, with the address of this hub and the name of the repository. Pure.
import { type RepoType } from '@holdfast/hub/surfaces/web/pages';
import { isTask, librarySnippets } from './ecosystem.ts';

/** One way to use a repository. */
export interface Snippet {
  readonly client: string;
  readonly code: string;
  readonly language: 'bash' | 'python' | 'javascript';
}

/** What the snippets name. */
export interface SnippetWish {
  readonly type: RepoType;
  readonly id: string;
  readonly baseUrl: string;
  readonly library: string | undefined;
  /** How `transformers` loads it, where its files say so. */
  readonly autoModel: string | undefined;
  readonly processor: string | undefined;
  readonly task: string | undefined;
  readonly tags: readonly string[];
  readonly baseModels: readonly string[];
}

/** The ways to use a repository, the likeliest first. */
export function snippetsOf(wish: SnippetWish): Snippet[] {
  const { type, id, baseUrl } = wish;
  const kind = type === 'model' ? '' : ` --repo-type ${type}`;
  const typed = type === 'model' ? '' : `, repo_type="${type}"`;
  const shared: Snippet[] = [
    { client: 'hf', language: 'bash', code: `hf download ${id}${kind}` },
    {
      client: 'huggingface_hub',
      language: 'python',
      code: `from huggingface_hub import snapshot_download\n\nfolder = snapshot_download("${id}"${typed})`,
    },
    {
      client: '@huggingface/hub',
      language: 'javascript',
      code:
        `import { snapshotDownload } from "@huggingface/hub";\n\n` +
        `const folder = await snapshotDownload({\n  repo: "${type === 'model' ? '' : `${type}s/`}${id}",\n` +
        `  hubUrl: "${baseUrl}",\n  accessToken: process.env.HF_TOKEN,\n});`,
    },
  ];
  if (type === 'model') return [...modelSnippets(wish), ...shared];
  return type === 'dataset' ? [datasetSnippet(id), ...shared] : shared;
}

function modelSnippets({ library, ...wish }: SnippetWish): Snippet[] {
  if (library === undefined) return [];
  // What its files say of it makes a better snippet than its library alone.
  if (library === 'transformers') return transformersSnippets(wish);
  return librarySnippets({ ...wish, library }).map(({ title, code, language }) => ({
    client: title,
    code,
    language,
  }));
}

function transformersSnippets({ id, autoModel, processor, task }: Omit<SnippetWish, 'library'>): Snippet[] {
  const model = autoModel ?? 'AutoModel';
  const pre =
    processor === undefined ? '' : `\n${variableOf(processor)} = ${processor}.from_pretrained("${id}")`;
  const names = processor === undefined ? model : `${processor}, ${model}`;
  const direct: Snippet = {
    client: 'transformers',
    language: 'python',
    code: `from transformers import ${names}\n${pre}\nmodel = ${model}.from_pretrained("${id}")`,
  };
  if (task === undefined || !isTask(task)) return [direct];
  const code = `from transformers import pipeline\n\npipe = pipeline("${task}", model="${id}")`;
  return [{ client: 'transformers pipeline', language: 'python', code }, direct];
}

function variableOf(processor: string): string {
  return processor === 'AutoTokenizer' ? 'tokenizer' : 'processor';
}

function datasetSnippet(id: string): Snippet {
  const code = `from datasets import load_dataset\n\ndata = load_dataset("${id}")`;
  return { client: 'datasets', language: 'python', code };
}
