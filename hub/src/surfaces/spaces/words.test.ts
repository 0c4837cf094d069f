// In which language the pages between the hub and a Space speak.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type IncomingMessage } from 'node:http';
import { languageOf } from './words.ts';

void test('languageOf() takes what was chosen, then what the browser likes most of what there is', () => {
  const cases: [string | undefined, string | undefined, string][] = [
    [undefined, undefined, 'en'],
    [undefined, 'pt-PT', 'pt'],
    [undefined, 'en;q=0.4, pt;q=0.5', 'pt'],
    [undefined, 'de, fr;q=0.9', 'en'],
    [undefined, 'pt;q=0', 'en'],
    ['holdfast-8080-language=pt', 'en', 'pt'],
    ['holdfast-8080-language=xx', 'pt', 'pt'],
    ['holdfast-8081-language=pt', 'en', 'en'],
    [undefined, ';;;,,,q=', 'en'],
  ];
  for (const [cookie, accepted, expected] of cases) {
    const request = { headers: { cookie, 'accept-language': accepted } } as unknown as IncomingMessage;
    const language = languageOf({ request, baseUrl: 'http://localhost:8080' });
    assert.equal(language, expected, `${cookie} ${accepted}`);
  }
});
