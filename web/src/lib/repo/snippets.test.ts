// How clients get at a repository.
import assert from 'node:assert/strict';
import test from 'node:test';
import { snippetsOf, type SnippetWish } from './snippets.ts';

const wish: SnippetWish = {
  type: 'model',
  id: 'alice/bert',
  baseUrl: 'http://localhost:8080',
  library: 'transformers',
  autoModel: 'AutoModelForMaskedLM',
  processor: 'AutoTokenizer',
  task: 'fill-mask',
  tags: [],
  baseModels: [],
};

void test('snippetsOf() loads a model with what its files say of it', () => {
  const [pipe, direct] = snippetsOf(wish);
  assert.match(pipe?.code ?? '', /pipeline\("fill-mask", model="alice\/bert"\)/);
  assert.match(direct?.code ?? '', /import AutoTokenizer, AutoModelForMaskedLM/);
  assert.match(direct?.code ?? '', /tokenizer = AutoTokenizer\.from_pretrained\("alice\/bert"\)/);
});

void test('snippetsOf() asks the library where it is another, and the task only where it is one', () => {
  const [first] = snippetsOf({ ...wish, library: 'timm' });
  assert.equal(first?.client, 'timm');
  assert.match(first?.code ?? '', /create_model\("hf_hub:alice\/bert"/);
  const own = snippetsOf({ ...wish, task: '", model="eve/bad' });
  assert.equal(own[0]?.client, 'transformers');
  assert.ok(own.every(({ code }) => !code.includes('eve')));
});

void test('snippetsOf() names the type to clients that need it, and the hub to those that do not read the environment', () => {
  const snippets = snippetsOf({ ...wish, type: 'dataset', library: undefined });
  assert.match(snippets[0]?.code ?? '', /load_dataset\("alice\/bert"\)/);
  assert.ok(snippets.some(({ code }) => code === 'hf download alice/bert --repo-type dataset'));
  assert.ok(snippets.some(({ code }) => code.includes('hubUrl: "http://localhost:8080"')));
  assert.ok(snippets.some(({ code }) => code.includes('repo: "datasets/alice/bert"')));
});
