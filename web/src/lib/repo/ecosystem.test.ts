// What the ecosystem calls things, and how its libraries load a model from this hub.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MODEL_LIBRARIES_UI_ELEMENTS, PIPELINE_DATA } from '@huggingface/tasks';
import { libraryName, librarySnippets, taskName, type LibraryWish } from './ecosystem.ts';

const wish: LibraryWish = {
  id: 'alice/small',
  baseUrl: 'http://localhost:8080',
  library: 'peft',
  task: 'text-generation',
  tags: [],
  baseModels: ['alice/base'],
};
const libraries = Object.keys(MODEL_LIBRARIES_UI_ELEMENTS);

void test('tasks and libraries have the names that people know, and anything else its own', () => {
  const tasks = ['fill-mask', 'toString', 'own'];
  assert.deepEqual(
    tasks.map((task) => taskName(task, 'en')),
    ['Fill-Mask', 'toString', 'own'],
  );
  assert.deepEqual(
    tasks.map((task) => taskName(task, 'pt')),
    ['Preenchimento de lacunas', 'toString', 'own'],
  );
  assert.deepEqual(['diffusers', 'constructor'].map(libraryName), ['Diffusers', 'constructor']);
});

void test('an adapter is loaded onto the model that its card names', () => {
  const [snippet] = librarySnippets(wish);
  assert.equal(snippet?.title, 'PEFT');
  assert.match(snippet.code, /AutoModelForCausalLM\.from_pretrained\("alice\/base"\)/);
  assert.match(snippet.code, /PeftModel\.from_pretrained\(base_model, "alice\/small"\)/);
  assert.deepEqual(librarySnippets({ ...wish, baseModels: [] }), []);
});

void test('what is installed first is typed into a shell, and each way has a title of its own', () => {
  const snippets = librarySnippets({ ...wish, library: 'diffusers', task: 'text-to-image' });
  assert.deepEqual(
    snippets.map(({ title, language }) => [title, language]),
    [
      ['Diffusers (install)', 'bash'],
      ['Diffusers', 'python'],
    ],
  );
  for (const library of libraries) {
    const titles = librarySnippets({ ...wish, library }).map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length, library);
  }
});

/** What cards may say, so that each of the ways of a library is taken. */
const TAGS = [
  'custom_code',
  'gguf',
  'mlx',
  'lora',
  'controlnet',
  'FluxFillPipeline',
  'skops',
  'conversational',
];

void test('every snippet loads from this hub, and none runs what a model brings', () => {
  const runs = /huggingface\.co|hf\.co|trust_remote_code=True|\$\(|joblib|pickle|install .*https?:/;
  const cards = Object.keys(PIPELINE_DATA).flatMap((task) =>
    [[], ...TAGS.map((tag) => [tag]), TAGS].map((tags) => ({ task, tags })),
  );
  for (const library of libraries)
    for (const card of cards)
      for (const { code } of librarySnippets({ ...wish, library, ...card }))
        assert.doesNotMatch(code, runs, library);
  const [script] = librarySnippets({ ...wish, library: 'transformers.js' });
  assert.equal(script?.language, 'javascript');
  assert.match(
    script.code,
    /import \{ env, pipeline \}[^;]*;\n\nenv\.remoteHost = 'http:\/\/localhost:8080\/';/,
  );
});

void test('a library that was not read says nothing, whatever the list has for it', () => {
  for (const library of ['sklearn', 'spacy', 'edsnlp', 'setfit', 'jev_style', 'toString'])
    assert.deepEqual(librarySnippets({ ...wish, library, tags: TAGS }), [], library);
});

void test('a model of pictures is shown with a picture of the reader’s', () => {
  for (const task of ['image-to-image', 'image-to-video']) {
    const codes = librarySnippets({ ...wish, library: 'diffusers', task }).map(({ code }) => code);
    assert.ok(
      codes.some((code) => code.includes('"picture.png"') && code.includes(wish.id)),
      task,
    );
  }
});

void test('what a card says ends no string of a snippet', () => {
  const bad = 'x")\nimport os; os.system("id';
  for (const library of libraries) {
    const snippets = librarySnippets({ ...wish, library, tags: [bad], baseModels: [bad], task: bad });
    for (const { code } of snippets) assert.doesNotMatch(code, /os\.system/, library);
  }
});
