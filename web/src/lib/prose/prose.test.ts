// What of a text is shown, and that nothing of it runs, loads from elsewhere, or stands for something of the page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { renderProse } from './prose.ts';

const PLACE = { repo: '/alice/model', revision: 'main', folder: '' };
const html = (text: string, folder = ''): string => renderProse(text, { ...PLACE, folder }).html.trim();

void test('renderProse() shows headings with ids of their own, tables and code', () => {
  assert.equal(html('## Use *it*\n\nText'), '<h2 id="card-use-it">Use <em>it</em></h2>\n<p>Text</p>');
  assert.match(html('|a|b|\n|-|-:|\n|1|2|'), /<td align="right">2<\/td>/);
  assert.match(
    html('```python\nprint("<b>")\n```'),
    /<code class="language-python">print\(&quot;&lt;b&gt;&quot;\)/,
  );
  assert.equal(html('<div align="center">a</div>'), '<div align="center">a</div>');
});

void test('renderProse() has relative links lead to files, and pictures to their bytes', () => {
  assert.equal(html('[a](docs/a.md)'), '<p><a href="/alice/model/blob/main/docs/a.md">a</a></p>');
  assert.equal(html('[a](../b.md#x)', 'docs/'), '<p><a href="/alice/model/blob/main/b.md#x">a</a></p>');
  assert.equal(html('[a](docs/)'), '<p><a href="/alice/model/tree/main/docs">a</a></p>');
  assert.equal(html('[a](#use)'), '<p><a href="#card-use">a</a></p>');
  assert.equal(html('[a](/bob/other)'), '<p><a href="/bob/other">a</a></p>');
  assert.equal(
    html('![p](./img/p%20q.png)'),
    '<p><img alt="p" loading="lazy" src="/alice/model/download/main/img/p%20q.png"></p>',
  );
});

void test('renderProse() loads nothing from elsewhere: pictures become links, or words within a link', () => {
  assert.equal(
    html('![badge](https://img.example/b.svg)'),
    '<p><a class="outside" href="https://img.example/b.svg" rel="nofollow noopener noreferrer">badge</a></p>',
  );
  assert.equal(
    html('[![badge](https://img.example/b.svg)](https://x.example)'),
    '<p><a href="https://x.example/" rel="nofollow noopener noreferrer"><span class="outside">badge</span></a></p>',
  );
  for (const source of [
    '//evil.example/a.png',
    '\\\\evil.example\\a.png',
    'https:evil.example/a',
    '/.//evil.example/a.png',
  ])
    assert.doesNotMatch(html(`<img src="${source}" alt="">`), /<img/, source);
});

void test('renderProse() lets nothing run', () => {
  const attempts = [
    '<script>alert(1)</script>',
    '<ScRiPt\n>alert(1)</sCrIpT >',
    '<scr<script>ipt>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<img/src/onerror=alert(1)>',
    '<svg><script>alert(1)</script></svg>',
    '<svg/onload=alert(1)>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href=" &#1;javascript:alert(1)">x</a>',
    '<a href="&#106;avascript&colon;alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '[x](javascript:alert(1))',
    '![x](javascript:alert(1))',
    '<iframe src="/account"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="x.swf"></object><embed src=x>',
    '<form action="/sign-out" method=post><button>x</button></form>',
    '<input autofocus onfocus=alert(1)>',
    '<details open ontoggle=alert(1)>x</details>',
    '<style>*{display:none}</style>',
    '<link rel=stylesheet href=//evil.example>',
    '<meta http-equiv=refresh content="0;url=//evil.example">',
    '<base href="//evil.example">',
    '<p style="position:fixed;inset:0">x</p>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<title><img src=x onerror=alert(1)></title>',
    '<textarea><img src=x onerror=alert(1)></textarea>',
    '<xmp><img src=x onerror=alert(1)></xmp>',
    '<template><img src=x onerror=alert(1)></template>',
    '<p title="x" onmouseover="alert(1)">x</p>',
    '<a href="x" class="skip" id="content" name="forms">x</a>',
    '<plaintext><script>alert(1)</script>',
    '<!--><script>alert(1)</script>-->',
    '<![CDATA[<script>alert(1)</script>]]>',
    '<?php <script>alert(1)</script> ?>',
  ];
  const tag = /<\/?(?!(?:a|p|div|details|pre|code|img|em|strong|table|math|mi|mtext)\b)[a-z!?]/i;
  for (const attempt of attempts)
    for (const text of [attempt, `text ${attempt} text`, `> - ${attempt}`, `|a|\n|-|\n|${attempt}|`]) {
      const shown = html(text).replaceAll(/<\/?(?:blockquote|ul|li|thead|tbody|tr|th|td|br)\b[^>]*>/g, '');
      assert.doesNotMatch(shown, tag, text);
      assert.doesNotMatch(shown, /<[^>]*\s(?:on\w+|style|srcset|action|class="skip")\s*=/i, text);
      assert.doesNotMatch(shown, /<[^>]*(?:href|src)="\s*(?:javascript|data|vbscript|\/\/)/i, text);
      assert.doesNotMatch(shown, /\sid="(?!card-)/, text);
    }
});

void test('renderProse() closes what it opens, however deep it was written', () => {
  const deep = html('<div>'.repeat(5_000) + 'x');
  assert.equal(deep.match(/<div>/g)?.length, deep.match(/<\/div>/g)?.length);
  assert.ok((deep.match(/<div>/g)?.length ?? 0) < 100);
  assert.equal(html('</div></main></body>x'), 'x');
});

void test('renderProse() is done with what is made to take long', () => {
  const hard = [
    '['.repeat(100_000),
    '![a]('.repeat(40_000),
    '*a_'.repeat(60_000),
    '`'.repeat(100_000) + 'a',
    '<a '.repeat(60_000),
    '<b>'.repeat(60_000),
    '> '.repeat(100_000) + 'a',
    '- '.repeat(90_000) + 'a',
    '|a'.repeat(50_000) + '\n' + '|-'.repeat(50_000),
    '&'.repeat(200_000),
    'http://'.repeat(28_000),
    'a@'.repeat(100_000),
    '<!--'.repeat(50_000),
    '[a]: <b> "c"\n'.repeat(14_000),
    '~~a'.repeat(60_000),
  ];
  for (const text of hard) {
    const began = performance.now();
    renderProse(text, PLACE);
    const took = performance.now() - began;
    assert.ok(took < 1_500, `${text.slice(0, 12)} took ${took}`);
  }
});

void test('renderProse() cuts what is too long, and says so', () => {
  assert.equal(renderProse('a'.repeat(100_001), PLACE).cut, true);
  assert.equal(renderProse('a', PLACE).cut, false);
});
