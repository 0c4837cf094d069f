// What the ecosystem calls tasks and libraries, and how each library loads a model: the words and snippets of the Hub, for a
// hub at another address. Pure.
// A card is written by strangers, and a snippet is pasted into a shell: only values that cannot end a string get into one.
import {
  MODEL_LIBRARIES_UI_ELEMENTS,
  PIPELINE_DATA,
  type ModelData,
  type PipelineType,
} from '@huggingface/tasks';
import { ptTasks } from '../words/pt-tasks.ts';
import { type Language } from '../words/words.ts';

/** A task that the ecosystem knows, by its tag. */
export type Task = PipelineType;

/** What is known of the model. */
export interface LibraryWish {
  readonly id: string;
  /** This hub, without a slash at the end. */
  readonly baseUrl: string;
  readonly library: string;
  readonly task: string | undefined;
  readonly tags: readonly string[];
  readonly baseModels: readonly string[];
}

/** What to type for a library. */
export interface LibrarySnippet {
  readonly title: string;
  readonly code: string;
  readonly language: 'bash' | 'python' | 'javascript';
}

/** Letters of names of classes, tags and repositories; no quote, no space, no line. */
const PLAIN = /^[\w./:-]{1,120}$/;
/**
 * Libraries whose snippets were read: they ask the hub that the environment names, and run nothing that the model brings. Which
 * library a model is of is for its uploader to say, and others open pickles, install packages from the repository or run its scripts.
 */
const READ: ReadonlySet<string> = new Set([
  ...[
    'adapter-transformers',
    'diffusers',
    'gliner',
    'keras',
    'mlx',
    'model2vec',
    'multimolecule',
    'open_clip',
  ],
  ...['peft', 'sentence-transformers', 'span-marker', 'timm', 'transformers.js'],
]);
/** What none of them may come to do with a later version of the list. */
const RUNS_OWN_CODE =
  /trust_remote_code\s*=\s*True|\$\(|`|\bsh\b|\bcurl\b|joblib|pickle|torch\.load|install [^\n]*(?:https?:|git\+)/;
/** Has a snippet run the model's own code. */
const OWN_CODE = 'custom_code';
/** A picture of the Hub's, to try a model with. */
const SAMPLE = /(["'])https:\/\/huggingface\.co\/datasets\/[^"'\s]+\1/g;
const HUB = 'https://huggingface.co/';
/** Loads something from another hub than this one, whatever address that is given. */
const ELSEWHERE = /huggingface\.co|\bhf\.co\b/;
/** Names no file of this model, and so does nothing as it is. */
const INSTALL = /^(?:# [^\n]*\n)*!?(?:pip|uv pip|npm|brew) (?:install|i) [^\n]*$/;

/** What `peft` calls the tasks that it has classes for. */
const ADAPTED = new Map([
  ['text-generation', 'CAUSAL_LM'],
  ['text2text-generation', 'SEQ_2_SEQ_LM'],
  ['text-classification', 'SEQ_CLS'],
  ['token-classification', 'TOKEN_CLS'],
]);

/** How `transformers.js` is imported; it asks the Hub unless it is told where else. */
const JAVASCRIPT = /^import \{ ([\w, ]+) \} from ('@huggingface\/transformers');$/m;

/** What people call a task in a language; the tag itself where there is no other name. */
export function taskName(task: string, language: Language): string {
  if (!isTask(task)) return task;
  return language === 'pt' ? ptTasks[task] : PIPELINE_DATA[task].name;
}

/** What people call a library; the tag itself where there is no other name. */
export function libraryName(library: string): string {
  return libraryOf(library)?.prettyLabel ?? library;
}

/** How a library loads a model from this hub; empty where it is not known to. */
export function librarySnippets(wish: LibraryWish): LibrarySnippet[] {
  const library = libraryOf(wish.library);
  if (library === undefined || !READ.has(wish.library)) return [];
  const codes = snippetsFor(library, dataOf(wish))
    .map((code) => atThisHub(code.trim(), wish))
    .filter((code) => isHarmless(code) && (INSTALL.test(code) || code.includes(wish.id)));
  // Alone, what installs a library is no way to use the model.
  if (codes.every((code) => INSTALL.test(code))) return [];
  const uses = codes.filter((code) => !INSTALL.test(code));
  return codes.map((code) => {
    const number = uses.indexOf(code) + 1;
    const title = [library.prettyLabel, number === 0 ? '(install)' : number === 1 ? '' : `(${number})`];
    return { title: title.join(' ').trim(), code, language: languageOf(code) };
  });
}

function isHarmless(code: string): boolean {
  return !ELSEWHERE.test(code) && !RUNS_OWN_CODE.test(code);
}

/** Clients of Python read the address of the hub from their environment; what names or presumes it does not. */
function atThisHub(code: string, { id, baseUrl }: LibraryWish): string {
  return code
    .replaceAll(SAMPLE, '"picture.png"')
    .replaceAll(`${HUB}${id}`, `${baseUrl}/${id}`)
    .replace(JAVASCRIPT, (_line, names: string, from: string) => {
      return `import { env, ${names} } from ${from};\n\nenv.remoteHost = '${baseUrl}/';`;
    });
}

function languageOf(code: string): LibrarySnippet['language'] {
  if (INSTALL.test(code)) return 'bash';
  return /^(?:import .* from ['"]|const )/m.test(code) ? 'javascript' : 'python';
}

type Library = (typeof MODEL_LIBRARIES_UI_ELEMENTS)[keyof typeof MODEL_LIBRARIES_UI_ELEMENTS];

function libraryOf(name: string): Library | undefined {
  return Object.hasOwn(MODEL_LIBRARIES_UI_ELEMENTS, name)
    ? MODEL_LIBRARIES_UI_ELEMENTS[name as keyof typeof MODEL_LIBRARIES_UI_ELEMENTS]
    : undefined;
}

/** Whether it is a task that the ecosystem knows. */
export function isTask(task: string): task is Task {
  return Object.hasOwn(PIPELINE_DATA, task);
}

/** Written for the Hub's own data: what it does not find must not take the page down. */
function snippetsFor(library: Library, model: ModelData): readonly string[] {
  try {
    return 'snippets' in library ? (library.snippets?.(model) ?? []) : [];
  } catch {
    return [];
  }
}

function dataOf({ id, library, task, tags, baseModels }: LibraryWish): ModelData {
  const [base] = baseModels.filter((one) => PLAIN.test(one));
  const adapted = task === undefined ? undefined : ADAPTED.get(task);
  return {
    id,
    inference: '',
    library_name: library,
    tags: tags.filter((tag) => PLAIN.test(tag) && tag !== OWN_CODE),
    pipeline_tag: task !== undefined && isTask(task) ? task : undefined,
    ...(base !== undefined && {
      cardData: { base_model: base },
      ...(adapted !== undefined && {
        config: { peft: { base_model_name_or_path: base, task_type: adapted } },
      }),
    }),
  };
}
