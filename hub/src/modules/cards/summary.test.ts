// What is told of a model and of a dataset, and what is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Json } from '@holdfast/kernel/canonical-json';
import { parseCard } from './card.ts';
import { deriveFacets } from './facets.ts';
import type { RepoType } from './model.ts';
import { type Summary } from './summary.ts';

const summary = (
  type: RepoType,
  readme: string,
  model?: { config: Json; files?: readonly string[] },
): Summary =>
  deriveFacets({
    ...{ type, card: parseCard(readme, type), files: model?.files ?? [] },
    ...(model !== undefined && { config: model.config }),
  }).summary;

void test('summary of a model keeps what config.json states and nothing else of it', () => {
  const config = {
    architectures: ['LlamaForCausalLM', 7],
    model_type: 'llama',
    token: 'x',
    auto_map: { AutoModelForCausalLM: 'm.Own' },
  };
  assert.deepEqual(summary('model', '', { config, files: ['tokenizer.json', 'preprocessor_config.json'] }), {
    config: { architectures: ['LlamaForCausalLM', '7'], model_type: 'llama' },
    transformers: {
      auto_model: 'AutoModelForCausalLM',
      custom_class: 'm.Own',
      pipeline_tag: 'text-generation',
      processor: 'AutoProcessor',
    },
  });
  for (const config of [null, [], 'x', { architectures: {} }, { model_type: 'a\nb' }])
    assert.deepEqual(summary('model', '', { config }), {});
});

void test('summary of a model does not guess a class it has no word for', () => {
  assert.equal(
    summary('model', '', { config: { architectures: ['QwenForConditionalGeneration'] } }).transformers,
    undefined,
  );
  assert.equal(
    summary('model', '', {
      config: { architectures: ['T5ForConditionalGeneration'], is_encoder_decoder: true },
    }).transformers?.auto_model,
    'AutoModelForSeq2SeqLM',
  );
});

void test('summary of a dataset takes its opening words and its BibTeX', () => {
  const readme = [
    '---',
    'license: mit',
    '---',
    '# Numbers',
    '<!-- a comment',
    'over two lines -->',
    '![picture](x.png)',
    'First line,',
    'second line\u0000.',
    '## More',
    'Not this.',
    '```python',
    'print(1)',
    '```',
    '```bibtex',
    '@article{x,',
    '}',
    '```',
  ].join('\n');
  assert.deepEqual(summary('dataset', readme), {
    description: 'First line, second line.',
    citation: '@article{x,\n}',
  });
  assert.deepEqual(summary('dataset', '# Only a heading'), {});
  assert.equal(summary('dataset', 'word '.repeat(1000)).description?.length, 499);
});
