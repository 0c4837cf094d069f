// A machine on which bubblewrap is missing and cannot be installed: the hub starts and says what is missing, and a Space says it too.
// Nothing of it is ever run without a sandbox instead (threat 29).
import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import test from 'node:test';
import { push, untilStage } from '../harness/app-site.ts';
import { copyCheckout, giveFolder } from '../harness/checkout-copy.ts';
import { type Instance, type InstanceOptions, startInstance } from '../harness/instance.ts';
import { listDescendants } from '../harness/processes.ts';
import { mustRun } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';
import { isRoot, openTestUser } from '../harness/test-user.ts';

const MINUTES = 60_000;
const MISSING = /bubblewrap is not installed \(Debian: apt-get install bubblewrap\)/;

/** A checkout of an ordinary user's in a folder that is theirs. */
async function openUserGround(
  folder: string,
): Promise<Required<Pick<InstanceOptions, 'checkout' | 'user'>> & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const user = stack.use(await openTestUser(folder));
  const checkout = `${folder}/checkout`;
  await copyCheckout(checkout);
  await mustRun('chown', ['-R', `${user.uid}:${user.gid}`, checkout]);
  await giveFolder(folder, user);
  const kept = stack.move();
  return { checkout, user, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function prove(instance: Instance): Promise<void> {
  assert.match(instance.output, MISSING);
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const site = { instance, token, owner: 'admin' };
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': 'print(1)' };
  await push(site, { type: 'model', name: 'plain', files: { 'README.md': 'A model.\n' } });
  await push(site, { type: 'space', name: 'stuck', files });
  assert.match(await untilStage(site, 'stuck', 'CONFIG_ERROR'), MISSING);
  const running = await listDescendants(instance.pid);
  assert.ok(!running.some(({ command }) => /runner\/src\/main\.ts|app\.py/.test(command)));
}

const skip = !isRoot && 'hiding a program takes root';

void test(
  'without bubblewrap the hub of an ordinary user starts and says what is missing, and so does a Space',
  { skip, timeout: 5 * MINUTES },
  async () => {
    await using scratch = await openScratch('bare');
    await using ground = await openUserGround(scratch.path);
    const { checkout, user } = ground;
    const how = { folder: scratch.path, checkout, user };
    await using instance = await startInstance({ ...how, withoutBubblewrap: true });
    await prove(instance);
  },
);

void test(
  'without bubblewrap the hub of root starts and says what is missing, and so does a Space',
  { skip, timeout: 5 * MINUTES },
  async () => {
    await using scratch = await openScratch('bare');
    // Where nothing can be mounted, the users of the hub's processes come to their folders by its path.
    await chmod(scratch.path, 0o711);
    await using instance = await startInstance({ folder: scratch.path, withoutBubblewrap: true });
    assert.equal(instance.level, 'uids');
    await prove(instance);
  },
);

void test(
  'without bubblewrap root is told of a folder that the users of the hub’s processes cannot come to, and what to do',
  { skip, timeout: 2 * MINUTES },
  async () => {
    await using scratch = await openScratch('bare');
    await chmod(scratch.path, 0o700);
    await assert.rejects(startInstance({ folder: scratch.path, withoutBubblewrap: true }), (error: Error) => {
      assert.match(
        error.message,
        /the system user \S+ cannot enter \S+\/data, .*\(a folder above it is closed/,
      );
      assert.match(error.message, /install bubblewrap .*chmod o\+x.*HOLDFAST_DATA/);
      assert.doesNotMatch(error.message, /initdb/);
      return true;
    });
  },
);
