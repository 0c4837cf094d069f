// The pages between the hub and a Space: what programs and authors wrote is text in them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { pageOf } from './page.ts';
import { cannotBeShown, doesNotRun, linesOf } from './words.ts';

const ATTACK = '<img src=x onerror=alert(1)>"><script>alert(1)</script>';

void test('pageOf() shows what was told as text, in each language and in the title', () => {
  for (const language of ['en', 'pt'] as const)
    for (const said of [
      cannotBeShown(ATTACK),
      doesNotRun('RUNTIME_ERROR', `${ATTACK}\n${ATTACK}`, `https://hub.example/${ATTACK}`),
    ]) {
      const page = pageOf({ language, title: ATTACK, lines: linesOf(said, language) });
      assert.doesNotMatch(page, /<img|<script/, language);
      assert.ok(page.includes('&#60;script&#62;alert(1)&#60;/script&#62;'), language);
    }
});

void test('pageOf() breaks lines where they were told, and marks English in a page in Portuguese', () => {
  const said = doesNotRun(
    'BUILD_ERROR',
    'The build failed: a package could not be installed.\nno such package',
    undefined,
  );
  const open = (language: 'en' | 'pt'): string =>
    pageOf({ language, title: 'ann/demo', lines: linesOf(said, language) });
  assert.ok(
    open('pt').includes(
      'A construção falhou: não foi possível instalar um pacote.<br><span lang="en">no such package</span>',
    ),
  );
  assert.ok(open('en').includes('The build failed: a package could not be installed.<br>no such package'));
});
