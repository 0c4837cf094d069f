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

void test('toldIn() says each of several reasons, and leaves the one that it has no words for', () => {
  const none = 'no sandbox can be made on this machine';
  assert.deepEqual(
    say(`${none}: bubblewrap is not installed (Debian: apt-get install bubblewrap); something new`),
    [
      'não se pode criar nenhuma sandbox nesta máquina: o bubblewrap não está instalado (Debian: apt-get install bubblewrap); <something new>',
    ],
  );
  assert.deepEqual(say(`${none}: the program setpriv (Debian package util-linux) is missing`), [
    'não se pode criar nenhuma sandbox nesta máquina: falta o programa setpriv (pacote util-linux do Debian)',
  ]);
});

void test('toldIn() leaves what other programs say in the middle of a failed build', () => {
  for (const line of [
    "configuration error: `project.dynamic[2]` must be one of ['version', 'readme']",
    'error: `strict` must be true or false',
    'x.txt is not a file',
    '/tmp/requirements.txt is not a file',
    'setup.cfg, line 3 (name): this option is not known here',
    'x: "pinned" must be true or false',
    'a b port 25 does not answer; does a firewall stop it?',
    'something else (502)',
    'its door ended (502) (502)',
  ])
    assert.deepEqual(say(line), [`<${line}>`]);
  assert.deepEqual(say('"pinned" must be true or false'), ['"pinned" tem de ser true ou false']);
  assert.deepEqual(say('its door ended (502)'), ['a sua porta para o exterior terminou (502)']);
});

void test('toldIn() says in English what a language has no words for, and takes no form into what an author wrote', () => {
  assert.deepEqual(toldIn({}, 'its door ended'), [[{ text: 'its door ended', isEnglish: true }]]);
  assert.deepEqual(say('its door ended, said the author'), ['<its door ended, said the author>']);
  const [name] = say('There is no file "{why} $& <b>" in the Space.');
  assert.equal(name, 'O Space não tem o ficheiro "{why} $& <b>".');
});

void test('toldIn() is quick with what was written to keep it busy', () => {
  // Each opens many parentheses, closes many, and ends in what no slot takes.
  const hostile = ['', 'requirements.txt'].map((head) => {
    const text = `${head}${', line 1 ('.repeat(66)}${'): '.repeat(220)}`;
    return `${text.padEnd(1_990, 'x')}\u2028`;
  });
  const before = process.cpuUsage();
  for (let round = 0; round < 200; round++)
    for (const text of [...hostile, 'the header '.repeat(180)]) assert.deepEqual(say(text), [`<${text}>`]);
  const { user, system } = process.cpuUsage(before);
  // Some 100 ms; a form that begins with a slot for anything takes 50 times as long, and more.
  assert.ok(user + system < 1_500_000, `${user + system} µs`);
});
