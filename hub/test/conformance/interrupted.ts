// Runs a client whose transfer is interrupted on its way to the hub: the connection is cut, or nothing more comes and the
// client is killed. Then it is run again, where it did not get to the end by itself.
import { type Cast } from '../harness/cast.ts';
import { type Instance } from '../harness/instance.ts';
import { type InterruptionWish, startInterruptingProxy } from '../harness/interrupting-proxy.ts';
import { type Outcome, runProgram } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const CONTENT = `
import hashlib, os, pathlib, sys
from huggingface_hub import HfApi
repo = sys.argv[1]
content = hashlib.shake_128(repo.encode()).digest(40_000_000)
`;
/** Uploads 40 MB that follow from the repository's name. */
export const UPLOAD = `${CONTENT}
pathlib.Path("big.bin").write_bytes(content)
HfApi().create_repo(repo, exist_ok=True)
HfApi().upload_file(path_or_fileobj="big.bin", path_in_repo="big.bin", repo_id=repo)
print("sent")
`;
/** Downloads them and compares. */
export const DOWNLOAD = `${CONTENT}
folder = HfApi().snapshot_download(repo)
found = (pathlib.Path(folder) / "big.bin").read_bytes()
assert found == content, len(found)
print("same bytes")
`;
/** A client, and the hub that it reaches by the port of a proxy. */
export interface Stage {
  readonly venv: string;
  readonly port: number;
  readonly instance: Instance;
  readonly cast: Cast;
}

/** What is run, for which repository. */
interface Script {
  readonly script: string;
  readonly repo: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What came of it. */
interface Seen {
  /** What the client printed that got to the end. */
  readonly said: string;
  /** How often it was started until then. */
  readonly runs: number;
  readonly ranges: readonly string[];
}

/** Runs a script through a proxy that interrupts one transfer; where it stalls, the client is killed. Then again. */
export async function interrupt(
  at: Stage,
  kind: InterruptionWish['kind'],
  script: Script & { readonly wish: Omit<InterruptionWish, 'kind'> },
): Promise<Seen> {
  const ports = { port: at.port, hub: at.instance.port };
  await using proxy = await startInterruptingProxy(ports, { ...script.wish, kind });
  await using home = await openScratch('client');
  const kill = new AbortController();
  if (kind === 'stall') void proxy.interrupted.then(() => kill.abort());
  const first = await runScript(at, home.path, { ...script, signal: kill.signal }).catch(() => undefined);
  if (first?.status === 0) return { said: first.stdout, runs: 1, ranges: proxy.ranges };
  const { stdout, stderr } = await runScript(at, home.path, script);
  return { said: `${stdout}\n${stderr}`, runs: 2, ranges: proxy.ranges };
}

/** Runs a script without interruption. */
export async function runScript({ venv, cast }: Stage, home: string, wish: Script): Promise<Outcome> {
  const { script, repo, env, signal } = wish;
  return await runProgram(venvProgram(venv, 'python'), ['-c', script, repo], {
    env: clientEnvironment(home, { ...cast, ...env }),
    cwd: home,
    ...(signal === undefined ? {} : { signal }),
  });
}
