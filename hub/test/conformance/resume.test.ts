// A download that was interrupted goes on where it stopped, and a client that was killed starts again, byte for byte.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { startInterruptingProxy } from '../harness/interrupting-proxy.ts';
import { mustRun, runProgram } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const UPLOAD = `
import hashlib, os
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("admin/resumed")
api.upload_file(path_or_fileobj=hashlib.shake_128(b"resume").digest(40_000_000), path_in_repo="big.bin", repo_id="admin/resumed")
`;
const DOWNLOAD = `
import hashlib, pathlib
from huggingface_hub import snapshot_download
folder = snapshot_download("admin/resumed")
content = (pathlib.Path(folder) / "big.bin").read_bytes()
assert content == hashlib.shake_128(b"resume").digest(40_000_000), len(content)
print("same bytes")
`;
/** Past two of the pieces of 10 MiB that clients write at once. */
const AFTER = 22_000_000;

for (const venv of ['hub-newest', 'hub-0.34']) {
  void test(`${venv}: snapshot_download() goes on after an interruption`, async (t) => {
    await using instance = await startInstance();
    const cast = await openCast(instance);
    const python = venvProgram(venv, 'python');
    await using uploader = await openScratch('client');
    await mustRun(python, ['-c', UPLOAD], { env: clientEnvironment(uploader.path, cast) });
    const wish = { file: '/big.bin', after: AFTER };

    await t.test('a cut connection is resumed with a range', async () => {
      await using proxy = await startInterruptingProxy(instance.url, { ...wish, kind: 'cut' });
      await using home = await openScratch('client');
      const env = clientEnvironment(home.path, { ...cast, HF_ENDPOINT: proxy.url });
      const first = await runProgram(python, ['-c', DOWNLOAD], { env });
      // The old client gives up on a cut connection; asked again, it goes on where it stopped.
      const said = first.status === 0 ? first.stdout : await mustRun(python, ['-c', DOWNLOAD], { env });
      assert.match(said, /same bytes/);
      assert.match(proxy.ranges.at(-1) ?? '', /^bytes=[1-9]\d{6,}-/);
    });

    await t.test('a client that was killed half way gets the same bytes the next time', async () => {
      await using proxy = await startInterruptingProxy(instance.url, { ...wish, kind: 'stall' });
      await using home = await openScratch('client');
      const env = clientEnvironment(home.path, { ...cast, HF_ENDPOINT: proxy.url });
      const kill = new AbortController();
      const killed = runProgram(python, ['-c', DOWNLOAD], { env, signal: kill.signal });
      await proxy.interrupted;
      kill.abort();
      await assert.rejects(killed);
      assert.match(await mustRun(python, ['-c', DOWNLOAD], { env }), /same bytes/);
      if (venv === 'hub-0.34') assert.match(proxy.ranges.at(-1) ?? '', /^bytes=[1-9]\d{6,}-/);
    });
  });
}
