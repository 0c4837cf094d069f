// How clients get at a repository: what is typed, with the address of this hub and the name of the repository. Pure.
import { type RepoType } from '@holdfast/hub/surfaces/web/pages';

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

function modelSnippets({ id, library, autoModel, processor, task }: SnippetWish): Snippet[] {
  const python = (client: string, code: string): Snippet => ({ client, code, language: 'python' });
  switch (library) {
    case 'transformers': {
      const model = autoModel ?? 'AutoModel';
      const pre =
        processor === undefined ? '' : `\n${variableOf(processor)} = ${processor}.from_pretrained("${id}")`;
      const names = processor === undefined ? model : `${processor}, ${model}`;
      const direct = `from transformers import ${names}\n${pre}\nmodel = ${model}.from_pretrained("${id}")`;
      const pipe =
        task === undefined
          ? []
          : [
              python(
                'transformers pipeline',
                `from transformers import pipeline\n\npipe = pipeline("${task}", model="${id}")`,
              ),
            ];
      return [...pipe, python('transformers', direct)];
    }
    case 'diffusers':
      return [
        python(
          'diffusers',
          `from diffusers import DiffusionPipeline\n\npipe = DiffusionPipeline.from_pretrained("${id}")`,
        ),
      ];
    case 'sentence-transformers':
      return [
        python(
          'sentence-transformers',
          `from sentence_transformers import SentenceTransformer\n\nmodel = SentenceTransformer("${id}")`,
        ),
      ];
    case 'timm':
      return [python('timm', `import timm\n\nmodel = timm.create_model("hf_hub:${id}", pretrained=True)`)];
    default:
      return [];
  }
}

function variableOf(processor: string): string {
  return processor === 'AutoTokenizer' ? 'tokenizer' : 'processor';
}

function datasetSnippet(id: string): Snippet {
  const code = `from datasets import load_dataset\n\ndata = load_dataset("${id}")`;
  return { client: 'datasets', language: 'python', code };
}
