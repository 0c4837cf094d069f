// Command lines, understood or refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Fault } from '@holdfast/kernel/fault';
import { type Command } from './command.ts';
import { parseWords, usageOf } from './words.ts';

const run = (): Promise<number> => Promise.resolve(0);
const COMMANDS: readonly Command[] = [
  {
    name: 'admin token create',
    doc: '',
    words: [],
    flags: {
      user: { value: 'NAME', doc: '', required: true },
      scope: { value: 'SCOPE', doc: '', many: true },
      days: { value: 'N', doc: '' },
    },
    run,
  },
  { name: 'admin user disable', doc: '', words: ['NAME'], flags: {}, run },
  { name: 'help', doc: '', words: ['[COMMAND…]'], flags: {}, run },
  { name: 'help settings', doc: '', words: [], flags: {}, run },
  {
    name: 'test',
    doc: '',
    words: ['[PATTERN]'],
    flags: { long: { doc: '' }, tier: { value: 'NAME', doc: '', many: true } },
    passesOn: true,
    run,
  },
];
const parse = (line: string): ReturnType<typeof parseWords> =>
  parseWords(line.split(' ').filter(Boolean), COMMANDS);

void test('parseWords() finds the longest command and its flags', () => {
  const { command, flags } = parse('admin token create --user alice --scope a=b --scope c --days=5 --json');
  assert.equal(command.name, 'admin token create');
  assert.deepEqual(flags, { user: 'alice', scope: ['a=b', 'c'], days: '5', json: true });
  assert.equal(parse('help settings').command.name, 'help settings');
  assert.equal(parse('').command.name, 'help');
});

void test('parseWords() hands words of another program on as they are', () => {
  assert.deepEqual(parse('test --long --tier a x').rest, ['--long', '--tier', 'a', 'x']);
  assert.deepEqual(parse('test').rest, []);
  assert.equal(parse('test --long --help').flags['help'], true);
});

void test('parseWords() shows the help wherever it is asked for', () => {
  for (const line of ['--help', '-h', 'help', ''])
    assert.deepEqual([parse(line).command.name, parse(line).rest], ['help', []], line);
  for (const line of ['admin --help', 'admin -h', 'admin token --help', 'admin token -h']) {
    const { command, rest } = parse(line);
    assert.equal(command.name, 'help', line);
    assert.deepEqual(rest, line.split(' ').slice(0, -1));
  }
  assert.deepEqual(parse('help admin token').rest, ['admin', 'token']);
  assert.equal(parse('test -h').flags['help'], true);
  assert.equal(parse('admin user disable -h').flags['help'], true);
});

void test('parseWords() refuses what it does not understand, and says how the command is written', () => {
  const refusals: readonly [string, RegExp][] = [
    ['frobnicate', /no command `frobnicate`/],
    ['admin', /`admin` is not a whole command/],
    ['admin frobnicate --help', /no command `admin frobnicate`/],
    ['test --bogus', /no flag --bogus/],
    ['test -x', /no flag -x/],
    ['test a b', /`b` is one word too many/],
    ['test --json', /no flag --json/],
    ['admin token create --user a --dayz 5', /no flag --dayz/],
    ['admin token create', /--user is missing/],
    ['admin token create --user', /--user needs a value/],
    ['admin token create --user a --user b', /--user is given twice/],
    ['admin user disable', /NAME is missing/],
    ['admin user disable a b', /`b` is one word too many/],
    ['admin user disable a --json=yes', /--json takes no value/],
    ['admin user disable a --constructor', /no flag --constructor/],
  ];
  for (const [line, expected] of refusals)
    assert.throws(
      () => parse(line),
      (fault: Fault) => expected.test(fault.message) && fault.hint !== undefined,
      line,
    );
});

void test('parseWords() asks for nothing when help is wanted', () => {
  assert.equal(parse('admin token create --help').flags['help'], true);
});

void test('usageOf() shows what is needed and what may be left out', () => {
  assert.equal(
    usageOf(COMMANDS[0] as Command),
    './holdfast admin token create --user NAME [--scope SCOPE]… [--days N]',
  );
});
