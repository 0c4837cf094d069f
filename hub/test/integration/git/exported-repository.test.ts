// A repository made through the hub, written out as loose objects, is one that git itself finds nothing wrong with.
import assert from 'node:assert/strict';
import test from 'node:test';
import { file, openHubClient } from '../content/hub-client.ts';
import { mustRun } from '../../harness/program.ts';
import { openScratch } from '../../harness/scratch.ts';
import { exportRepository } from './export-repository.ts';

void test('what the hub stores passes git fsck --strict and has the history that the hub tells', async () => {
  await using client = await openHubClient();
  await using scratch = await openScratch('git');
  const api = '/api/models/ann/m';
  await client.mustCommit(
    file('a/b/c.txt', 'one'),
    file('a.txt', ''),
    file('a-b', 'x'),
    file('ünï/çö.txt', 'é'),
  );
  await client.mustCommit(
    { key: 'deletedFile', value: { path: 'a.txt' } },
    file('a.txt/inside', 'a folder now'),
  );
  await client.commit([file('z', 'z')], {
    header: {
      summary: '  spaces  and\nlines ',
      description: 'text\r\nwith <tags> and \u0000 controls \ud83d\ude00\n\n',
    },
  });
  await client.post(`${api}/branch/side%2Fone`, {});
  await client.commit([file('side.txt', 's')], { revision: 'side/one' });
  await client.post(`${api}/branch/none`, { emptyBranch: true });
  await client.post(`${api}/tag/main`, { tag: 'v1', message: 'a release\nof two lines' });
  await client.commit([{ key: 'deletedFolder', value: { path: 'a' } }], {});
  await client.post(`${api}/branch/squashed`, {});
  await client.post(`${api}/super-squash/squashed`, { message: 'one' });
  await exportRepository(client.hub.modules.db, client.repoId, scratch.path);
  const git = async (...args: string[]) => await mustRun('git', ['-C', scratch.path, ...args]);
  assert.doesNotMatch(await git('fsck', '--strict', '--full', '--no-dangling'), /error|warning|missing/);
  for (const revision of ['main', 'side/one', 'none', 'v1', 'squashed']) {
    const { json } = await client.call('GET', `${api}/commits/${encodeURIComponent(revision)}?limit=100`);
    const told = (json as { id: string; title: string }[]).map(({ id, title }) => `${id} ${title}`);
    assert.deepEqual((await git('log', '--format=%H %s', revision)).trimEnd().split('\n'), told, revision);
    const listed = await git('-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', revision);
    assert.deepEqual(listed.trimEnd().split('\n'), await client.paths(revision), revision);
  }
  assert.equal(await git('show', 'main:ünï/çö.txt'), 'é');
  assert.match(await git('cat-file', 'tag', 'v1'), /^tagger ann <ann@users\.noreply\.localhost>/m);
});
