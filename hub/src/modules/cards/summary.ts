// What a repository says of itself beyond the fields of its card, for its page and for lists: what `config.json` states of
// a model, and the text of a dataset's README. Nothing is guessed: what cannot be told is absent.
import { type Json } from '@holdfast/kernel/canonical-json';
import { fieldOf, findText, isMapping, listTexts } from './fields.ts';
import { type FacetSource } from './facets.ts';
import { type Metadata } from './model.ts';
import { findBibtex, findOpening } from './readme-text.ts';
import { findTask } from './vocabulary.ts';
import { type Weights } from './weights.ts';

/** What is kept of a model's `config.json`. */
export interface ModelConfig {
  readonly architectures?: readonly string[];
  readonly model_type?: string;
}

/** How `transformers` loads a model. */
export interface TransformersUse {
  readonly auto_model: string;
  /** The class of the model's own code, which is loaded instead where it is trusted. */
  readonly custom_class?: string;
  readonly pipeline_tag?: string;
  readonly processor?: string;
}

/** The models that this one was made from, as its card says. */
export interface BaseModels {
  readonly relation: string;
  readonly ids: readonly string[];
}

/** What is said. */
export interface Summary {
  readonly config?: ModelConfig;
  readonly transformers?: TransformersUse;
  readonly weights?: Weights;
  readonly baseModels?: BaseModels;
  /** The first words of the README, without its mark-up. */
  readonly description?: string;
  /** BibTeX. */
  readonly citation?: string;
}

const MAX_ARCHITECTURES = 10;

/** What a model's files say of it. */
export function summariseModel(
  { card: { metadata }, files, config }: FacetSource,
  known: { readonly baseModels: BaseModels; readonly weights: Weights | undefined },
): Summary {
  const stated = config === undefined ? undefined : configOf(config);
  const use =
    isMapping(config) && findText(metadata, 'library_name') !== 'diffusers'
      ? useOf(config, files)
      : undefined;
  return {
    ...(stated !== undefined && { config: stated }),
    ...(use !== undefined && { transformers: use }),
    ...(known.weights !== undefined && { weights: known.weights }),
    ...(known.baseModels.ids.length > 0 && { baseModels: known.baseModels }),
  };
}

/** What a dataset's README says of it. */
export function summariseDataset({ card: { body } }: FacetSource): Summary {
  const citation = findBibtex(body);
  const description = findOpening(body);
  return { ...(description !== undefined && { description }), ...(citation !== undefined && { citation }) };
}

function configOf(config: Json): ModelConfig | undefined {
  if (!isMapping(config)) return undefined;
  const architectures = listTexts(config, 'architectures').slice(0, MAX_ARCHITECTURES);
  const type = findText(config, 'model_type');
  if (architectures.length === 0 && type === undefined) return undefined;
  return {
    ...(architectures.length > 0 && { architectures }),
    ...(type !== undefined && { model_type: type }),
  };
}

// Classes whose end is the name of the class that `transformers` would choose.
const HEADS =
  /For(CausalLM|MaskedLM|SequenceClassification|TokenClassification|QuestionAnswering|MultipleChoice|ImageClassification|AudioClassification|VideoClassification|ObjectDetection|SemanticSegmentation|DepthEstimation|SpeechSeq2Seq|CTC)$/;

function useOf(config: Metadata, files: readonly string[]): TransformersUse | undefined {
  const [architecture] = listTexts(config, 'architectures');
  const model = architecture === undefined ? undefined : autoModelOf(architecture, config);
  if (architecture === undefined || model === undefined) return undefined;
  const map = fieldOf(config, 'auto_map');
  const custom = isMapping(map) ? findText(map, model) : undefined;
  const task = findTask(architecture);
  const processor = processorOf(files);
  return {
    auto_model: model,
    ...(custom !== undefined && { custom_class: custom }),
    ...(task !== undefined && { pipeline_tag: task }),
    ...(processor !== undefined && { processor }),
  };
}

function autoModelOf(architecture: string, config: Metadata): string | undefined {
  const [, head] = HEADS.exec(architecture) ?? [];
  if (head !== undefined) return `AutoModelFor${head}`;
  if (architecture.endsWith('LMHeadModel')) return 'AutoModelForCausalLM';
  if (architecture.endsWith('ForConditionalGeneration'))
    return fieldOf(config, 'is_encoder_decoder') === true ? 'AutoModelForSeq2SeqLM' : undefined;
  return architecture.endsWith('Model') ? 'AutoModel' : undefined;
}

function processorOf(files: readonly string[]): string | undefined {
  if (files.includes('processor_config.json')) return 'AutoProcessor';
  const tokens = files.includes('tokenizer_config.json') || files.includes('tokenizer.json');
  const features = files.includes('preprocessor_config.json');
  if (tokens && features) return 'AutoProcessor';
  return tokens ? 'AutoTokenizer' : undefined;
}
