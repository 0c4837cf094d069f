// Which files of a base no sandbox sees, where the base has links in their places.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { listHidden } from '../src/sandbox/index.ts';

/** What is hidden of a base with these files and, by path, these links. */
async function hiddenOf(
  files: readonly string[],
  links: Readonly<Record<string, string>>,
): Promise<string[]> {
  await using base = await mkdtempDisposable(join(tmpdir(), 'holdfast-base-'));
  for (const path of files) {
    mkdirSync(join(base.path, path, '..'), { recursive: true });
    writeFileSync(join(base.path, path), '');
  }
  for (const [path, link] of Object.entries(links)) symlinkSync(link, join(base.path, path));
  return listHidden(base.path).map(({ to }) => to);
}

void test('listHidden() names what a link in the place of a password file leads to, within the base', async () => {
  const files = ['etc/group', 'etc/kept/hashes', 'etc/kept/opasswd', 'usr/share/kept/groups'];
  const links = {
    'etc/shadow': 'kept/hashes',
    'etc/shadow-': 'shadow',
    // As whoever has the base for a root reads it: above the root is the root.
    'etc/gshadow': '../../../lib/./groups',
    lib: 'usr/share/kept',
    'etc/gshadow-': '/usr/share/nothing',
    'etc/security': '/etc/kept',
  };
  const hidden = ['/etc/kept/hashes', '/usr/share/kept/groups', '/etc/kept/opasswd'];
  assert.deepEqual(await hiddenOf(files, links), hidden);
});

void test('listHidden() names nothing that no sandbox shows', async () => {
  // This machine has a /etc/passwd, and the base has none.
  const links = {
    'etc/shadow': '/etc/passwd',
    'etc/shadow-': '/var/hashes',
    'etc/gshadow': 'gshadow',
    'etc/gshadow-': 'group/beneath',
    'etc/security': 'group',
  };
  assert.deepEqual(await hiddenOf(['etc/group', 'var/hashes'], links), []);
});
