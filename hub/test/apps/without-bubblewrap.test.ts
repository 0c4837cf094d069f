// A machine on which bubblewrap is missing and cannot be installed: the hub starts and says what is missing, and a Space says it too.
// Nothing of it is ever run without a sandbox instead (threat 29).
import assert from 'node:assert/strict';
import test from 'node:test';
import { push, untilStage } from '../harness/app-site.ts';
import { copyCheckout, giveFolder } from '../harness/checkout-copy.ts';
import { startInstance } from '../harness/instance.ts';
import { listDescendants } from '../harness/processes.ts';
import { mustRun } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';
import { isRoot, openTestUser } from '../harness/test-user.ts';

const MINUTES = 60_000;
const MISSING = /bubblewrap is not installed \(Debian: apt-get install bubblewrap\)/;

void test(
  'without bubblewrap the hub starts and says what is missing, and so does a Space',
  { skip: !isRoot && 'hiding a program takes root', timeout: 5 * MINUTES },
  async () => {
    await using scratch = await openScratch('bare');
    await using user = await openTestUser(scratch.path);
    const checkout = `${scratch.path}/checkout`;
    await copyCheckout(checkout);
    await mustRun('chown', ['-R', `${user.uid}:${user.gid}`, checkout]);
    await giveFolder(scratch.path, user);
    await using instance = await startInstance({
      ...{ folder: scratch.path, checkout, user },
      withoutBubblewrap: true,
    });
    assert.match(instance.output, MISSING);
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const site = { instance, token, owner: 'admin' };
    const [models, files] = [
      { 'README.md': 'A model.\n' },
      { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': 'print(1)' },
    ];
    await push(site, { type: 'model', name: 'plain', files: models });
    await push(site, { type: 'space', name: 'stuck', files });
    assert.match(await untilStage(site, 'stuck', 'CONFIG_ERROR'), MISSING);
    const running = await listDescendants(instance.pid);
    assert.ok(!running.some(({ command }) => /runner\/src\/main\.ts|app\.py/.test(command)));
  },
);
