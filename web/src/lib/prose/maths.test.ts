// Formulas of texts: what is one, that it is shown without script, and that it costs no more than any other text.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findFormula } from './maths.ts';
import { renderProse } from './prose.ts';

const html = (text: string): string =>
  renderProse(text, { repo: '/a/b', revision: 'main', folder: '' }).html.trim();

void test('findFormula() tells formulas from prices', () => {
  assert.deepEqual(findFormula('$x^2$', 0), { tex: 'x^2', display: false, end: 5 });
  assert.deepEqual(findFormula('$$a\nb$$', 0), { tex: 'a\nb', display: true, end: 7 });
  assert.deepEqual(findFormula('a $\\$5$', 2), { tex: '\\$5', display: false, end: 7 });
  for (const text of ['$5 and $6', '$ x$', '$x $', '$x', '$$x$', '$', '$$', '$x$5', 'x'])
    assert.equal(findFormula(text, 0), undefined, text);
});

void test('renderProse() shows formulas as MathML, and what is none as it was written', () => {
  assert.match(
    html('Let $x^2$ be.'),
    /^<p>Let <math><msup><mi>x<\/mi><mn>2<\/mn><\/msup><\/math> be\.<\/p>$/,
  );
  assert.match(
    html('$$\n\\frac{a}{b}\n$$'),
    /<math display="block"><mfrac><mi>a<\/mi><mi>b<\/mi><\/mfrac><\/math>/,
  );
  assert.equal(html('$\\nonsense$'), '<p><code>$\\nonsense$</code></p>');
  assert.equal(html('It costs $5 and $6.'), '<p>It costs $5 and $6.</p>');
  assert.equal(html('`$x$`'), '<p><code>$x$</code></p>');
});

void test('no formula brings script, addresses, styles or HTML', () => {
  for (const tex of [
    '\\href{javascript:run()}{x}',
    '\\url{https://evil.example}',
    '\\includegraphics{//evil.example/x.png}',
    '\\htmlClass{x}{y}',
    '\\htmlStyle{color:red}{y}',
    '\\text{<img src=x onerror=run()>}',
    '\\color{red} x',
  ])
    assert.doesNotMatch(
      html(`$${tex}$`),
      /<(?!\/?(?:p|code|m[a-z]+)\b)|<[^>]*(?:href|src|style|class)=/,
      tex,
    );
  assert.equal(
    html(
      '<math><mtext><img src="x.png"><a href="b">c</a><style>*{}</style></mtext><annotation-xml>d</annotation-xml></math><mi>e</mi>',
    ),
    '<p><math><mtext>c</mtext></math>e</p>',
  );
});

void test('formulas that were made to take long are words', () => {
  const began = process.cpuUsage();
  html('$\\def\\a{\\a\\a}\\a$ '.repeat(500));
  html(`$$\\def\\a{${'x'.repeat(700)}}${'\\a'.repeat(90)}$$ `.repeat(22));
  html(`$\\newcommand{\\a}{${'x'.repeat(700)}}${'\\a'.repeat(90)}$ `.repeat(22));
  html('$x$'.repeat(30_000));
  html('$'.repeat(100_000));
  html(`$${'{'.repeat(900)}$ `.repeat(100));
  html(`$${'\\frac{'.repeat(150)}$ `.repeat(20));
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 3_000_000, String(user + system));
});

void test('formulas that name something of their own are words, and those after too many were made', () => {
  assert.equal(html('$\\def\\a{x}\\a$'), '<p><code>$\\def\\a{x}\\a$</code></p>');
  assert.match(html('$\\left( x \\right)$'), /<math/);
  const many = html('$\\begin{pmatrix}a&b\\\\c&d\\end{pmatrix}$ '.repeat(400));
  assert.ok(many.length < 2_000_000, String(many.length));
});
