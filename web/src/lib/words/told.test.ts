// What is told in English, in the reader's language.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ptTold } from './pt-told.ts';
import { toldIn } from './told.ts';

const say = (text: string): string[] =>
  toldIn(ptTold, text).map((line) =>
    line.map(({ text, isEnglish }) => (isEnglish ? `<${text}>` : text)).join(''),
  );

void test('toldIn() says what is told within what is told, and leaves what somebody else wrote', () => {
  assert.deepEqual(say('The app ended: it exited with code 3. It is started again in 20 s.'), [
    'A aplicação terminou: saiu com o código 3. Arranca de novo daqui a 20 s.',
  ]);
  assert.deepEqual(say('The app ended: something new. It is started again in 20 s.'), [
    'A aplicação terminou: <something new>. Arranca de novo daqui a 20 s.',
  ]);
  assert.deepEqual(say('The build failed: a package could not be installed.\nerror: no such package\n'), [
    'A construção falhou: não foi possível instalar um pacote.',
    '<error: no such package>',
    '<>',
  ]);
  assert.deepEqual(say('requirements.txt, line 2 (-e .): this option is not known here'), [
    'requirements.txt, linha 2 (-e .): esta opção não se conhece aqui',
  ]);
});

void test('toldIn() says in English what a language has no words for, and takes no form into what an author wrote', () => {
  assert.deepEqual(toldIn({}, 'its door ended'), [[{ text: 'its door ended', isEnglish: true }]]);
  assert.deepEqual(say('its door ended, said the author'), ['<its door ended, said the author>']);
  const [name] = say('There is no file "{why} $& <b>" in the Space.');
  assert.equal(name, 'O Space não tem o ficheiro "{why} $& <b>".');
});

void test('toldIn() is quick with what was written to keep it busy', () => {
  const hostile = `${', line 1 ('.repeat(400)}${'): '.repeat(300)}`;
  assert.equal(say(hostile).length, 1);
  assert.equal(say('the header '.repeat(180)).length, 1);
});
