// What authors write into requirements.txt and packages.txt.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KiB } from '@holdfast/kernel/size';
import { checkPackages, checkRequirements } from './requirements.ts';

const INDEX = 'https://pypi.example/simple';

function check(text: string): string {
  const checked = checkRequirements('requirements.txt', text, [INDEX]);
  return checked.kind === 'fine' ? checked.text : `WRONG ${checked.problems.join('\n')}`;
}

void test('checkRequirements() keeps what an index can give, without comments and with continued lines joined', () => {
  const text =
    '\uFEFF# what we need\nnumpy==2.1 # fast\r\npandas[excel]>=2 ; python_version < "3.13"\ntorch \\\n  --hash=sha256:00\n--pre\n\n';
  assert.equal(
    check(text),
    'numpy==2.1\npandas[excel]>=2 ; python_version < "3.13"\ntorch   --hash=sha256:00\n--pre\n',
  );
});

void test('checkRequirements() leaves out an index that the operator named, however it is written', () => {
  for (const option of ['--index-url ', '--extra-index-url=', '-i '])
    assert.equal(check(`${option}${INDEX}/\nnumpy`), 'numpy\n');
});

const WRONG: readonly (readonly [line: string, reason: RegExp])[] = [
  ['git+https://example.org/a.git', /no repositories of code/],
  ['thing @ git+ssh://git@example.org/a.git@main', /no repositories of code/],
  ['https://example.org/a-1.0-py3-none-any.whl', /no other addresses/],
  ['thing @ https://example.org/a-1.0-py3-none-any.whl', /no other addresses/],
  ['thing@https://example.org/a.zip', /no other addresses/],
  ['file:///etc/passwd', /a path/],
  ['thing @ file:///etc', /a path/],
  ['.', /a path in the repository/],
  ['./mine', /a path in the repository/],
  ['../other[x]', /a path in the repository/],
  ['/opt/env', /a path in the repository/],
  ['wheels/mine.whl', /a path in the repository/],
  ['-e .', /editable/],
  ['--editable ./mine', /editable/],
  ['-r other.txt', /other files/],
  ['-c limits.txt', /other files/],
  ['-f https://example.org/wheels', /index alone/],
  ['--extra-index-url https://example.org/simple', /the operator named.*pypi\.example/],
  ['--index-url=http://127.0.0.1:3128/index/0/simple/', /the operator named/],
  ['--trusted-host example.org', /not known/],
];

for (const [line, reason] of WRONG)
  void test(`checkRequirements() says what is wrong, when there is "${line}"`, () => {
    const said = check(`numpy\n${line}`);
    assert.match(said, reason);
    assert.ok(said.includes('requirements.txt, line 2 ('), said);
  });

void test('checkRequirements() names all that is wrong, up to a bound', () => {
  const checked = checkRequirements('requirements.txt', '-e .\n'.repeat(50), []);
  assert.equal(checked.kind === 'wrong' && checked.problems.length, 10);
});

void test('checkRequirements() ends lines at a lone carriage return, as what reads them in a build does', () => {
  assert.equal(check('numpy # fast\rpandas\r\ntorch'), 'numpy\npandas\ntorch\n');
  assert.match(check('numpy # fast\r-e .'), /line 2 .*editable/);
});

void test('checkRequirements() and checkPackages() refuse a line that is too long, and name file and line', () => {
  const hashes = ' --hash=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef \\\n';
  assert.match(check(`torch \\\n${hashes.repeat(180)}`), /^torch/);
  const long = 'a'.repeat(255 * KiB);
  for (const said of [check(`numpy\n${long}`), check(`numpy\na\\\n${'b\\\n'.repeat(20_000)}`)])
    assert.match(said, /requirements\.txt, line 2 \([ab]{120}…\): a line may have 16384 characters/);
  const packages = checkPackages(`ffmpeg\n${long}`);
  assert.match(
    packages.kind === 'wrong' ? packages.problems.join('\n') : '',
    /^packages\.txt, line 2 \(a{120}…\): a line may have 16384 characters/,
  );
});

/** Files as large as they may be, made for patterns that would try the rest of a line for each of its characters. */
const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['slashes', `${'a/'.repeat(8_000)}!\n`.repeat(15)],
  ['slashes without names', `a${'/'.repeat(16_000)}!\n`.repeat(15)],
  ['slashes of an index', `--index-url=${'/'.repeat(16_000)}x\n`.repeat(15)],
  ['signs of comments', `a${' #'.repeat(127 * KiB)}\u2028`],
  ['spaces', ` ${'\t '.repeat(127 * KiB)}x`],
  ['addresses', `${'@ '.repeat(8_000)}\n`.repeat(15)],
  ['words', 'a '.repeat(127 * KiB)],
  ['options', '-\n'.repeat(127 * KiB)],
  ['lines that go on', '\\\n'.repeat(127 * KiB)],
];

for (const [what, text] of HOSTILE)
  void test(`checkRequirements() and checkPackages() take no time that counts, when there is a file of ${what}`, () => {
    const before = performance.now();
    check(text);
    checkPackages(text);
    const took = performance.now() - before;
    assert.ok(took < 1_000, `it took ${String(Math.round(took))} ms`);
  });

void test('checkPackages() gives each name once and in order, so that the order makes no other environment', () => {
  assert.deepEqual(checkPackages('ffmpeg # films\nlibgl1\n\nffmpeg cmake\n'), {
    kind: 'fine',
    text: 'cmake\nffmpeg\nlibgl1',
  });
});

void test('checkPackages() refuses what apt would take for an option, a version or a file', () => {
  for (const text of [
    '-o Dpkg::Pre-Invoke::=id',
    './evil.deb',
    'ffmpeg=1',
    'A',
    'x/bookworm',
    'a;b',
    '$(id)',
  ])
    assert.equal(checkPackages(text).kind, 'wrong', text);
});
