// Which language a page speaks, and that every language has every word.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LANGUAGES, languageFor } from './words.ts';

void test('languageFor() takes the choice, then what the browser likes most of what there is', () => {
  const cases: [string | undefined, string | null, string][] = [
    [undefined, null, 'en'],
    [undefined, 'pt', 'pt'],
    [undefined, 'pt-BR,en;q=0.8', 'pt'],
    [undefined, 'en;q=0.4, pt;q=0.5', 'pt'],
    [undefined, 'de, fr;q=0.9', 'en'],
    [undefined, 'pt;q=0', 'en'],
    ['pt', 'en', 'pt'],
    ['xx', 'pt', 'pt'],
    [undefined, ';;;,,,q=', 'en'],
  ];
  for (const [chosen, accepted, expected] of cases)
    assert.equal(languageFor(chosen, accepted), expected, `${chosen} ${accepted}`);
});

void test('no word is empty in any language', () => {
  const empty = (value: unknown): boolean =>
    typeof value === 'string' ? value.trim() === '' : Object.values(value as object).some(empty);
  for (const [name, words] of Object.entries(LANGUAGES)) assert.ok(!empty(words), name);
});
