// Asks the real git program which names and paths it accepts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { findPathFault } from '../../../src/modules/git/path.ts';
import { findRevision } from '../../../src/modules/git/ref.ts';
import { ENV, randomOf, RealGit } from './real-git.ts';

void test('findRevision() accepts only names that git check-ref-format accepts', () => {
  using git = new RealGit();
  const units = [
    'a',
    'b',
    '/',
    '.',
    '..',
    '@',
    '{',
    '~',
    '^',
    ':',
    '?',
    '*',
    '[',
    '\\',
    ' ',
    '\u0001',
    '.lock',
    'é',
    '-',
    'HEAD',
  ];
  const next = randomOf(2);
  let accepted = 0;
  for (let round = 0; round < 1500; round += 1) {
    const name = Array.from({ length: 1 + next(4) }, () => units[next(units.length)]).join('');
    if (findRevision(name)?.kind !== 'name') continue;
    accepted += 1;
    git.run(['check-ref-format', '--branch', name]);
  }
  assert.ok(accepted > 40);
});

void test('findPathFault() refuses every path that git refuses to index', () => {
  using git = new RealGit();
  const blob = git.run(['hash-object', '-w', '--stdin'], 'x');
  const units = [
    'a',
    '.',
    '..',
    '/',
    '.git',
    'GIT',
    'git~1',
    ' ',
    ':',
    '\u200c',
    '.g',
    'it',
    '\\',
    '-',
    '~',
    '::$INDEX_ALLOCATION',
  ];
  const protect = ['-c', 'core.protectNTFS=true', '-c', 'core.protectHFS=true'];
  const next = randomOf(6);
  let refused = 0;
  for (let round = 0; round < 500; round += 1) {
    const path = Array.from({ length: 1 + next(4) }, () => units[next(units.length)]).join('');
    const args = [...protect, 'update-index', '--add', '--cacheinfo', `100644,${blob},${path}`];
    const { status } = spawnSync('git', args, { cwd: git.folder, env: ENV });
    rmSync(join(git.folder, '.git/index'), { force: true });
    if (status === 0) continue;
    refused += 1;
    assert.notEqual(findPathFault(path), undefined, JSON.stringify(path));
  }
  assert.ok(refused > 50);
});
