// What a README wants preloaded: laid out as the clients keep it, and nothing that not everybody may read.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';

const readme = (wanted: string): string => `---\nsdk: gradio\npreload_from_hub:\n- ${wanted}\n---\n`;

/** A commit with this README, and what the runner is asked then. */
async function pushed({ push, runner }: ProgramHub, wanted: string) {
  await push('README.md', readme(wanted));
  return await runner.wanted('ann/demo', ({ app }) => app.preloaded.length > 0);
}

void test('a public model is there as the clients keep it', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  await opened.begin();
  await hub.addUser('bob');
  const files = { 'config.json': '{}', 'deep/vocabulary.txt': 'a\nb\n', 'other.bin': 'x' };
  const model = await hub.addRepo('bob/small', { type: 'model', visibility: 'public', files });
  const want = await pushed(opened, 'bob/small config.json,deep/vocabulary.txt');
  assert.deepEqual(want.app.preloaded, ['models--bob--small']);
  const folder = `${runner.folders.sources}/${want.space}/${want.commit}.hub/models--bob--small`;
  assert.equal(await readFile(`${folder}/refs/main`, 'utf8'), model.head);
  const snapshot = `${folder}/snapshots/${model.head}`;
  assert.equal(await readFile(`${snapshot}/deep/vocabulary.txt`, 'utf8'), 'a\nb\n');
  const blob = createHash('sha1').update('blob 2\0{}').digest('hex');
  assert.equal(await readlink(`${snapshot}/config.json`), `../../blobs/${blob}`);
  await assert.rejects(readFile(`${snapshot}/other.bin`));
});

void test('a private or gated model, one of its own namespace too, answers as one that is not there', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, becomes } = opened;
  const first = await opened.begin();
  await hub.addUser('bob');
  for (const [name, visibility] of [
    ['bob/hidden', 'private'],
    ['ann/hidden', 'private'],
  ] as const)
    await hub.addRepo(name, { type: 'model', visibility, files: { 'config.json': '{}' } });
  const said = new Set<string>();
  for (const name of ['bob/hidden', 'ann/hidden', 'bob/nothing']) {
    await opened.push('README.md', readme(name));
    const until = Date.now() + 10_000;
    let message = '';
    for (; !message.includes(name) && Date.now() < until; await delay(50))
      message = (await becomes('BUILD_ERROR')).errorMessage ?? '';
    said.add(message.replace(name, 'NAME'));
  }
  assert.equal(said.size, 1);
  assert.match([...said][0] ?? '', /there is no model NAME with a revision "main" that every user/);
  assert.ok(!runner.heard.some((frame) => frame.type === 'want' && frame.generation > first.generation));
});

void test('a file that the model does not have is named', async () => {
  await using opened = await openProgramHub();
  await opened.begin();
  await opened.hub.addUser('bob');
  await opened.hub.addRepo('bob/small', { type: 'model', visibility: 'public', files: { a: 'x' } });
  await opened.push('README.md', readme('bob/small b.json'));
  assert.match(
    (await opened.becomes('BUILD_ERROR')).errorMessage ?? '',
    /model bob\/small has no file "b.json"/,
  );
});
