// git-lfs as Debian has it, and the agent with which the `hf` command lends it uploads in parts.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { commit, sampleOf } from '../harness/lfs.ts';
import { mustRun } from '../harness/program.ts';
import { venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

void test('git-lfs sends and fetches objects, whole and in parts', async (t) => {
  await using scratch = await openScratch('git-lfs');
  const config = path.join(scratch.path, 'config.json');
  await writeFile(config, JSON.stringify({ limits: { uploadPart: MiB } }));
  await using instance = await startInstance({ env: { HOLDFAST_CONFIG: config } });
  const { HF_TOKEN: token } = await openCast(instance);
  const made = await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'lfs', private: true }),
  });
  assert.equal(made.status, 200);
  const env = { HOME: scratch.path, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const cwd = path.join(scratch.path, 'work');
  const git = async (args: readonly string[], folder = cwd): Promise<string> =>
    await mustRun('git', args, { env, cwd: folder });
  const { host } = new URL(instance.url);
  await git(['init', '-q', '-b', 'main', cwd], scratch.path);
  await git(['lfs', 'install', '--local']);
  await git(['remote', 'add', 'origin', `http://admin:${token}@${host}/admin/lfs`]);
  const send = async (name: string, size: number): Promise<void> => {
    const sample = sampleOf(randomBytes(size));
    await writeFile(path.join(cwd, name), sample.bytes);
    await writeFile(path.join(cwd, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
    await git(['add', name]);
    await git(['lfs', 'push', 'origin', '--object-id', sample.oid]);
    const value = { path: name, algo: 'sha256', oid: sample.oid, size };
    await commit(instance, { token, repo: 'admin/lfs' }, [{ key: 'lfsFile', value }]);
    // From nothing: what is here already would not be asked for.
    const fresh = path.join(scratch.path, `fresh-${name}`);
    await git(['init', '-q', fresh], scratch.path);
    await git(['remote', 'add', 'origin', `http://admin:${token}@${host}/admin/lfs`], fresh);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sample.oid}\nsize ${size}\n`;
    await writeFile(path.join(fresh, 'pointer'), pointer);
    await mustRun('bash', ['-c', 'git lfs smudge < pointer > smudged'], { env, cwd: fresh });
    assert.ok((await readFile(path.join(fresh, 'smudged'))).equals(sample.bytes));
  };

  await t.test('basic', async () => await send('basic.bin', 3 * MiB + 1));
  await t.test('multipart, by the agent of the hf command', async () => {
    await git(['config', 'lfs.customtransfer.multipart.path', venvProgram('hub-newest', 'hf')]);
    await git(['config', 'lfs.customtransfer.multipart.args', 'lfs-multipart-upload']);
    await send('parts.bin', 9 * MiB + 7);
  });
});
