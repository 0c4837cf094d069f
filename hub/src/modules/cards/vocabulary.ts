// The words that mean something in the metadata of a card: tasks and libraries.

const TASKS = [
  'audio-classification audio-text-to-text audio-to-audio any-to-any automatic-speech-recognition depth-estimation',
  'document-question-answering feature-extraction fill-mask graph-ml image-classification image-feature-extraction',
  'image-segmentation image-text-to-image image-text-to-text image-text-to-video image-to-3d image-to-image image-to-text',
  'image-to-video keypoint-detection mask-generation multiple-choice object-detection other question-answering',
  'reinforcement-learning robotics sentence-similarity summarization table-question-answering table-to-text',
  'tabular-classification tabular-regression tabular-to-text text-classification text-generation text-ranking',
  'text-retrieval text-to-3d text-to-audio text-to-image text-to-speech text-to-video text2text-generation',
  'time-series-forecasting token-classification translation unconditional-image-generation video-classification',
  'video-text-to-text video-to-video visual-document-retrieval visual-question-answering voice-activity-detection',
  'zero-shot-classification zero-shot-image-classification zero-shot-object-detection conversational',
];

const LIBRARIES = [
  'adapter-transformers allennlp asteroid bertopic big_vision bitsandbytes coreml ctranslate2 diffusers espnet fairseq',
  'fastai fasttext flair gguf gliner jax joblib keras kerashub kerchunk lerobot litert llamafile mamba-ssm ml-agents mlx',
  'mlx-image model2vec multimolecule nemo onnx open_clip openvino paddlenlp paddlepaddle peft pocketsphinx',
  'pyannote-audio pyannote.audio pythae pytorch rust safetensors sample-factory sentence-transformers setfit sklearn',
  'spacy span-marker speechbrain stable-baselines3 stanza tensorboard tensorrt terratorch tf tf-keras tflite timm',
  'transformers transformers.js trl unity-sentis unsloth vllm xgboost',
];

// Ends of class names in a model's configuration, longest first where one ends with another.
const ARCHITECTURES: readonly (readonly [string, string])[] = [
  ['ForConditionalGeneration', 'text2text-generation'],
  ['ForSpeechSeq2Seq', 'automatic-speech-recognition'],
  ['ForImageClassification', 'image-classification'],
  ['ForAudioClassification', 'audio-classification'],
  ['ForSequenceClassification', 'text-classification'],
  ['ForTokenClassification', 'token-classification'],
  ['ForVideoClassification', 'video-classification'],
  ['ForQuestionAnswering', 'question-answering'],
  ['ForSemanticSegmentation', 'image-segmentation'],
  ['ForObjectDetection', 'object-detection'],
  ['ForDepthEstimation', 'depth-estimation'],
  ['ForMultipleChoice', 'multiple-choice'],
  ['ForMaskedLM', 'fill-mask'],
  ['ForCausalLM', 'text-generation'],
  ['LMHeadModel', 'text-generation'],
  ['ForCTC', 'automatic-speech-recognition'],
  ['Model', 'feature-extraction'],
];

/** Values of `pipeline_tag` and `task_categories`. */
export const tasks: ReadonlySet<string> = new Set(TASKS.flatMap((line) => line.split(' ')));
/** Values of `library_name`, and formats that are listed among them. */
export const libraries: ReadonlySet<string> = new Set(LIBRARIES.flatMap((line) => line.split(' ')));

/** The task that a model class is made for, from the end of its name. */
export function findTask(architecture: string): string | undefined {
  return ARCHITECTURES.find(([ending]) => architecture.endsWith(ending))?.[1];
}
