// What the ecosystem calls things, and how its libraries load a model from this hub.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MODEL_LIBRARIES_UI_ELEMENTS } from '@huggingface/tasks';
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
  assert.deepEqual(['fill-mask', 'toString', 'own'].map(taskName), ['Fill-Mask', 'toString', 'own']);
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

void test('every snippet loads from this hub, and none trusts the code of a model', () => {
  for (const library of libraries)
    for (const { code } of librarySnippets({ ...wish, library, tags: ['custom_code'] })) {
      assert.doesNotMatch(code, /huggingface\.co|hf\.co/, library);
      assert.doesNotMatch(code, /trust_remote_code=True/, library);
    }
  const [script] = librarySnippets({ ...wish, library: 'transformers.js' });
  assert.equal(script?.language, 'javascript');
  assert.match(
    script.code,
    /import \{ env, pipeline \}[^;]*;\n\nenv\.remoteHost = 'http:\/\/localhost:8080\/';/,
  );
});

void test('what a card says ends no string of a snippet', () => {
  const bad = 'x")\nimport os; os.system("id';
  for (const library of libraries) {
    const snippets = librarySnippets({ ...wish, library, tags: [bad], baseModels: [bad], task: bad });
    for (const { code } of snippets) assert.doesNotMatch(code, /os\.system/, library);
  }
});
