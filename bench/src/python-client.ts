// The published Python client as it is, in a process of its own that tells what it spent.
import { access } from 'node:fs/promises';
import path from 'node:path';
import { type BenchHub } from './hub.ts';
import { mustRun, openScratch, ROOT } from './program.ts';

const PYTHON = path.join(ROOT, '.tools/venvs/hub-newest/bin/python');

const UPLOAD = `
import resource, sys, time
from huggingface_hub import HfApi
from huggingface_hub.utils import disable_progress_bars
disable_progress_bars()
api = HfApi()
start = time.monotonic()
api.upload_folder(repo_id=sys.argv[1], folder_path=sys.argv[2], path_in_repo=sys.argv[3])
seconds = time.monotonic() - start
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(seconds, sum(one.ru_utime + one.ru_stime for one in used))
`;

/** Throws where the client was not installed. */
export async function requirePythonClient(): Promise<void> {
  await access(PYTHON).catch(() => {
    throw new Error(
      'The Python client is not installed yet. `./holdfast test --tier conformance hub-newest` does it.',
    );
  });
}

/** Uploads a folder with the client's own settings; gives what it took, in seconds, with starting Python. */
export async function uploadFolder(
  hub: BenchHub,
  from: { readonly folder: string; readonly to: string },
): Promise<{ readonly seconds: number; readonly cpu: number }> {
  // A fresh home: what the client remembers of the last round would spare it the work.
  await using home = await openScratch();
  const env = {
    HF_ENDPOINT: hub.url,
    HF_TOKEN: hub.token,
    HF_HOME: home.path,
    HF_HUB_DISABLE_TELEMETRY: '1',
  };
  const printed = await mustRun(PYTHON, ['-c', UPLOAD, hub.repo, from.folder, from.to], { env });
  const [seconds, cpu] = printed.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  if (seconds === undefined || cpu === undefined) throw new Error(`the client said ${printed}`);
  return { seconds, cpu };
}
