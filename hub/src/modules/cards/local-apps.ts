// Which models a local app can load, as the tags that such models have.

const GGUF = [
  'backyard',
  'docker-model-runner',
  'jan',
  'jellybox',
  'koboldcpp',
  'llama-cpp-python',
  'llama.cpp',
  'lmstudio',
  'msty',
  'node-llama-cpp',
  'ollama',
  'recursechat',
  'sanctum',
];

const APPS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...GGUF.map((app): [string, readonly string[]] => [app, ['gguf']]),
  ['mlx-lm', ['mlx']],
  ['vllm', ['transformers', 'safetensors', 'text-generation']],
  ['sglang', ['transformers', 'safetensors', 'text-generation']],
  ['tgi', ['transformers', 'safetensors', 'text-generation']],
  ['diffusionbee', ['diffusers', 'text-to-image']],
  ['drawthings', ['diffusers', 'text-to-image']],
  ['invoke', ['diffusers', 'text-to-image']],
  ['joyfusion', ['coreml', 'text-to-image']],
]);

/** The tags of the models that an app can load; `undefined` for an app that is not known. */
export function appTags(app: string): readonly string[] | undefined {
  return APPS.get(app.toLowerCase());
}
