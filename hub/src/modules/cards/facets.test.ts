// What repositories are listed by, from ordinary cards and from cards that hold nonsense.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Json } from '@holdfast/kernel/canonical-json';
import { parseCard } from './card.ts';
import { deriveFacets, type Facets } from './facets.ts';
import type { RepoType } from './model.ts';

interface Sketch {
  readonly files?: readonly string[];
  readonly config?: Json;
}

const facets = (type: RepoType, readme: string, { files = [], config }: Sketch = {}): Facets =>
  deriveFacets({ type, card: parseCard(readme, type), files, ...(config === undefined ? {} : { config }) });
const card = (yaml: string, body = ''): string => `---\n${yaml}\n---\n${body}`;

void test('deriveFacets() builds the tags of a model', () => {
  const readme = card(
    'language: [en, FR]\nlicense: apache-2.0\ntags: [exbert, my-tag, exbert]\ndatasets: [bookcorpus, a/b]\nmodel-index: []',
    'See [paper](https://arxiv.org/abs/1810.04805v2).',
  );
  const files = ['config.json', 'model.safetensors', 'pytorch_model.bin', 'tf_model.h5', 'onnx/model.onnx'];
  const found = facets('model', readme, {
    files,
    config: { model_type: 'bert', architectures: ['BertForMaskedLM'], auto_map: {} },
  });
  assert.deepEqual(found.tags, [
    'transformers',
    'pytorch',
    'tf',
    'onnx',
    'safetensors',
    'bert',
    'fill-mask',
    'exbert',
    'my-tag',
    'model-index',

    'custom_code',
    'en',
    'fr',
    'dataset:bookcorpus',
    'dataset:a/b',
    'arxiv:1810.04805',
    'license:apache-2.0',
  ]);
  assert.equal(found.libraryName, 'transformers');
  assert.equal(found.pipelineTag, 'fill-mask');
  assert.deepEqual(found.languages, ['en', 'fr']);
  assert.deepEqual(found.arxivIds, ['1810.04805']);
  assert.equal(found.space, undefined);
});

void test('deriveFacets() believes the card before the files', () => {
  const sketch = { files: ['config.json'], config: { architectures: ['XForCausalLM'] } };
  assert.equal(facets('model', card('library_name: Flair'), sketch).libraryName, 'flair');
  assert.equal(facets('model', card('tags: [x, timm]'), sketch).libraryName, 'timm');
  assert.equal(facets('model', card('pipeline_tag: translation'), sketch).pipelineTag, 'translation');
  assert.equal(facets('model', card('tags: [other, summarization]'), sketch).pipelineTag, 'summarization');
  assert.equal(facets('model', '', sketch).pipelineTag, 'text-generation');
});

void test('deriveFacets() tells the library from the files', () => {
  const libraries = {
    peft: ['adapter_config.json', 'config.json'],
    diffusers: ['model_index.json', 'unet/config.json'],
    'sentence-transformers': ['modules.json', 'config.json'],
    nemo: ['x.nemo'],
    setfit: ['config_setfit.json', 'config.json'],
    keras: ['a/saved_model.pb'],
    transformers: ['config.json', 'model.gguf'],
    gguf: ['m.Q4.gguf'],
  };
  for (const [library, files] of Object.entries(libraries))
    assert.equal(facets('model', '', { files }).libraryName, library);
  assert.equal(facets('model', '', { files: ['sub/config.json', 'a.txt'] }).libraryName, undefined);
  assert.equal(facets('model', '', { files: ['modules.json'] }).pipelineTag, 'sentence-similarity');
  assert.equal(facets('model', '', { files: ['config.json'] }).pipelineTag, undefined);
  assert.equal(
    facets('model', '', { files: ['config.json'], config: { architectures: ['Odd'] } }).pipelineTag,
    undefined,
  );
});

void test('deriveFacets() tells formats from the files', () => {
  const files = [
    'flax_model.msgpack',
    'rust_model.ot',
    'a.mlmodel',
    'openvino_model.xml',
    'a.tflite',
    'a.joblib',
    'runs/events.out.tfevents.1',
  ];
  assert.deepEqual(facets('model', '', { files }).tags, [
    'jax',
    'rust',
    'coreml',
    'openvino',
    'tflite',
    'joblib',
    'tensorboard',
  ]);
});

void test('deriveFacets() says how a model relates to its base', () => {
  const bases = (yaml: string, files: readonly string[] = []): readonly string[] =>
    facets('model', card(yaml), { files }).tags.filter((tag) => tag.startsWith('base_model'));
  assert.deepEqual(bases('base_model: a/b'), ['base_model:a/b', 'base_model:finetune:a/b']);
  assert.deepEqual(bases('base_model: a/b', ['adapter_config.json']), [
    'base_model:a/b',
    'base_model:adapter:a/b',
  ]);
  assert.deepEqual(bases('base_model: a/b', ['m.gguf']), ['base_model:a/b', 'base_model:quantized:a/b']);
  assert.equal(bases('base_model: [a/b, c/d]')[2], 'base_model:merge:a/b');
  assert.equal(bases('base_model: a/b\nbase_model_relation: quantized')[1], 'base_model:quantized:a/b');
  assert.equal(bases('base_model: a/b\nbase_model_relation: cousin')[1], 'base_model:finetune:a/b');
});

void test('deriveFacets() builds the tags of a data set', () => {
  const yaml = [
    'language: en\nlicense: [cc-by-4.0]\npretty_name: My data\ntags: [medical]\ntask_categories: [question-answering]',
    'task_ids: [extractive-qa]\nsize_categories: [10K<n<100K]\nsource_datasets: [original]\nmultilinguality: monolingual',
  ].join('\n');
  const found = facets('dataset', card(yaml, 'arXiv: 2401.12345'));
  assert.deepEqual(found.tags, [
    'task_categories:question-answering',
    'task_ids:extractive-qa',
    'multilinguality:monolingual',
    'source_datasets:original',
    'language:en',
    'license:cc-by-4.0',
    'size_categories:10K<n<100K',
    'arxiv:2401.12345',
    'medical',
  ]);
  assert.equal(found.title, 'My data');
  assert.equal(found.pipelineTag, undefined);
});

void test('deriveFacets() builds the tags and configuration of a Space', () => {
  const yaml = [
    'title: My app\nemoji: 🚀\ncolorFrom: red\ncolorTo: blue\nsdk: gradio\nsdk_version: 5.49.1\npython_version: 3.12\napp_file: app.py',
    'app_port: 7000\npinned: true\nfullWidth: true\nmodels: [a/b]\ndatasets: c/d\nlicense: mit\ntags: [demo]\nshort_description: Does things',
    'preload_from_hub: [a/b config.json]\nsuggested_hardware: t4-small\nbase_path: /x\ndisable_embedding: true',
    'custom_headers: {Cross-Origin-Opener-Policy: same-origin, set-cookie: "a=b", cross-origin-embedder-policy: [x]}',
  ].join('\n');
  const found = facets('space', card(yaml));
  assert.deepEqual(found.tags, ['gradio', 'demo', 'license:mit']);
  assert.deepEqual([found.title, found.models, found.datasets], ['My app', ['a/b'], ['c/d']]);
  assert.deepEqual(found.space, {
    sdk: 'gradio',
    sdkVersion: '5.49.1',
    pythonVersion: '3.12',
    appFile: 'app.py',
    appPort: 7000,
    basePath: '/x',
    emoji: '🚀',
    colorFrom: 'red',
    colorTo: 'blue',
    shortDescription: 'Does things',
    suggestedHardware: 't4-small',
    pinned: true,
    fullWidth: true,
    disableEmbedding: true,
    preloadFromHub: ['a/b config.json'],
    customHeaders: { 'cross-origin-opener-policy': 'same-origin' },
  });
  for (const sdk of ['docker', 'static', 'streamlit'])
    assert.equal(facets('space', card(`sdk: ${sdk}`)).space?.sdk, sdk);
});

void test('deriveFacets() leaves out what a Space says wrongly', () => {
  const found = facets(
    'space',
    card('sdk: fortran\napp_port: 99999\npinned: "yes"\ncustom_headers: [a]\ntitle: [a]'),
  );
  assert.deepEqual(
    [found.space?.sdk, found.space?.appPort, found.space?.pinned, found.space?.customHeaders],
    [undefined, undefined, false, {}],
  );
  assert.deepEqual([found.tags, found.title], [[], undefined]);
  for (const port of ['0', '1.5', '"80"'])
    assert.equal(facets('space', card(`app_port: ${port}`)).space?.appPort, undefined);
});

void test('deriveFacets() passes on what a gated repository asks', () => {
  const found = facets(
    'model',
    card('extra_gated_prompt: Please\nextra_gated_fields:\n  Name: text\nextra: x\nlicense: mit'),
  );
  assert.deepEqual(found.gate, { extra_gated_prompt: 'Please', extra_gated_fields: { Name: 'text' } });
});

void test('deriveFacets() makes no tag of nonsense', () => {
  const yaml =
    'tags: [{a: b}, [c], null, true, "", "  ", "a\\nb", "\\e[31m", 2024]\nlanguage: [1, "not a language", {}]\nlicense: nope\npipeline_tag: [x]\nlibrary_name: {a: b}';
  const found = facets('model', card(yaml), { config: 'text' });
  assert.deepEqual(found.tags, ['2024']);
  assert.deepEqual([found.pipelineTag, found.libraryName, found.licences], [undefined, undefined, []]);
});

void test('deriveFacets() bounds the number and the length of tags', () => {
  const found = facets(
    'model',
    card(`tags: [${Array.from({ length: 5000 }, (_, index) => `t${index}`).join(', ')}, ${'x'.repeat(257)}]`),
  );
  assert.equal(found.tags.length, 1000);
  const lists = ['tags', 'task_ids', 'size_categories'].map(
    (name) => `${name}: [${Array.from({ length: 1000 }, (_, index) => `${name}${index}`).join(', ')}]`,
  );
  assert.equal(facets('dataset', card(lists.join('\n'))).tags.length, 2000);
});

void test('deriveFacets() inherits no field from the prototype of objects', () => {
  const found = facets('model', card('constructor: x\ntoString: y'), { config: {} });
  assert.deepEqual(found.tags, []);
  assert.deepEqual(found.gate, {});
});
