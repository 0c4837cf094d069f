// Tells from the names of files which library a model belongs to and which formats its weights are in.

/** Weights and logs by the end of a name; the tag that each gives. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)pytorch_model[^/]*\.bin$/, 'pytorch'],
  [/(?:^|\/)tf_model\.h5$/, 'tf'],
  [/(?:^|\/)flax_model[^/]*\.msgpack$/, 'jax'],
  [/(?:^|\/)rust_model\.ot$/, 'rust'],
  [/\.mlmodel$|\.mlpackage\//, 'coreml'],
  [/\.onnx$/, 'onnx'],
  [/(?:^|\/)openvino_model\.xml$/, 'openvino'],
  [/\.safetensors$/, 'safetensors'],
  [/\.gguf$/, 'gguf'],
  [/\.tflite$/, 'tflite'],
  [/\.joblib$/, 'joblib'],
  [/tfevents/, 'tensorboard'],
];

/** What only one library writes, the most telling first: an adapter or a pipeline has a `config.json` as well. */
const LIBRARIES: readonly (readonly [RegExp, string])[] = [
  [/^adapter_config\.json$/, 'peft'],
  [/^model_index\.json$/, 'diffusers'],
  [/^modules\.json$|^config_sentence_transformers\.json$/, 'sentence-transformers'],
  [/\.nemo$/, 'nemo'],
  [/^config_setfit\.json$/, 'setfit'],
  [/(?:^|\/)saved_model\.pb$|\.keras$/, 'keras'],
  [/^config\.json$/, 'transformers'],
  [/\.gguf$/, 'gguf'],
];

/** The formats among these files, in a fixed order. */
export function listFormats(files: readonly string[]): string[] {
  return FORMATS.filter(([pattern]) => files.some((file) => pattern.test(file))).map(([, tag]) => tag);
}

/** The library that these files are made for. */
export function findLibrary(files: readonly string[]): string | undefined {
  return LIBRARIES.find(([pattern]) => files.some((file) => pattern.test(file)))?.[1];
}
