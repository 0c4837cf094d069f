// Somebody commits, or asks to validate, a README whose metadata is half a megabyte of whatever is slow to parse.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_YAML_LENGTH, parseYaml } from '../../src/modules/cards/yaml.ts';

void test('parseYaml() is done quickly with whatever fills half a megabyte', () => {
  const units = [
    '[],',
    '- a\n',
    '? a\n',
    'a: b: ',
    ': : :\n',
    ',',
    '[',
    '{',
    '- ',
    '? ',
    '\n',
    '\t',
    '#\n',
    '...\n',
    '---\n',
    '&a ',
    '*a ',
    '!x ',
    "'",
  ];
  const more = [
    '"\\q',
    '"\\u0041',
    '| \n',
    '>\n a\n',
    '%TAG ! x\n',
    ': \n',
    'a: &b c\n',
    '- !!str a\n',
    '\r',
    '\0',
    '\u2028',
    '日本',
    'a\r\n',
    '@',
    '`',
  ];
  for (const unit of [...units, ...more]) {
    for (const start of ['', '[', '{', 'a: "', 'a: |\n  ', '- [']) {
      // Of the processor: a busy machine makes nothing slow to parse.
      const before = process.cpuUsage();
      parseYaml(start + unit.repeat(Math.floor((MAX_YAML_LENGTH - 10) / unit.length)));
      const { user, system } = process.cpuUsage(before);
      const took = (user + system) / 1000;
      assert.ok(took < 2000, `${JSON.stringify(start + unit)} took ${took} ms`);
    }
  }
});
