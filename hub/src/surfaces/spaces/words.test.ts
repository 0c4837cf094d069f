// In which language the pages between the hub and a Space speak, and what they say in it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type IncomingMessage } from 'node:http';
import { cannotBeShown, doesNotRun, inEnglish, languageOf, linesOf, SAY, type Said } from './words.ts';

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

const show = (said: Said, language: 'en' | 'pt'): string[] =>
  linesOf(said, language).map((line) =>
    line.map(({ text, isEnglish }) => (isEnglish ? `<${text}>` : text)).join(''),
  );

void test('linesOf() says what a program told in the language of the page, and marks what has no words there', () => {
  const log = 'https://hub.example/api/spaces/ann/demo/logs/run';
  const failed = doesNotRun('RUNTIME_ERROR', 'The app ended: it exited with code 1.', log);
  assert.deepEqual(show(failed, 'pt'), [
    `Este Space não corre (RUNTIME_ERROR): A aplicação terminou: saiu com o código 1. O seu registo está em ${log}`,
  ]);
  assert.equal(
    inEnglish(failed),
    `This Space does not run (RUNTIME_ERROR): The app ended: it exited with code 1. Its log is at ${log}`,
  );
  const none = 'no sandbox can be made on this machine: bubblewrap cannot make a sandbox here: no';
  assert.deepEqual(show(doesNotRun('CONFIG_ERROR', none, undefined), 'pt'), [
    'Este Space não corre (CONFIG_ERROR): não se pode criar nenhuma sandbox nesta máquina: o bubblewrap não consegue criar uma sandbox aqui: <no>',
  ]);
  assert.deepEqual(show(doesNotRun('STOPPED', null, undefined), 'pt'), ['Este Space não corre (STOPPED).']);
  assert.deepEqual(show(cannotBeShown(), 'pt'), ['Este Space não se pode mostrar. Não tem configuração.']);
  assert.deepEqual(show(SAY.gone, 'pt'), [SAY.gone.pt]);
});

void test('linesOf() puts in what was told as it is, whatever it looks like', () => {
  const hostile = '{told} $& {why}\nsecond';
  const said = cannotBeShown(hostile);
  assert.equal(inEnglish(said), `This Space cannot be shown. ${hostile}.`);
  assert.deepEqual(show(said, 'pt'), ['Este Space não se pode mostrar. <{told} $& {why}>', '<second>.']);
});
