// How long a small Gradio app takes from its start to its first answer as a Space that was asleep, against the same app on the same base
// and environment without a sandbox, a door or a hub; and the memory that is ours while Spaces run and sleep.
import { openBenchHub, type BenchHub } from '../hub.ts';
import { median } from '../result.ts';
import { judgeGoals } from '../verdict.ts';
import { environmentOfApp, startPlainly } from './plain.ts';
import { listDescendants, readProcess } from './processes.ts';
import {
  GRADIO,
  OVERHEAD_MS,
  overheadGoal,
  pushSpace,
  seed,
  setSleep,
  showTimes,
  untilStage,
  wake,
} from './site.ts';

/** What it is called with. */
export const SPACES_USAGE =
  '       ./holdfast bench spaces [rounds]   a Space that wakes, and the memory of many';

/** One that does nothing, so that what is measured beside it is ours. */
const SMALL = `
import http.server, os
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x")
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
/** Starts of Gradio differ from one another by more than what is measured. */
const ROUNDS = 15;
const [RUNNING, SLEEPING] = [10, 50];
const MIB = 1024;

/** Measures, and prints. */
export async function runSpaces(words: readonly string[]): Promise<number> {
  const rounds = Number(words[0] ?? ROUNDS);
  if (!(rounds >= 1)) {
    console.error(SPACES_USAGE);
    return 2;
  }
  await using hub = await openBenchHub({ prepare: seed });
  const overhead = await measureStarts(hub, rounds);
  await measureMemory(hub);
  return judgeGoals([overheadGoal(overhead)]);
}

/** By turns, and each side as often first: what else the machine does meets both alike. */
async function measureStarts(hub: BenchHub, rounds: number): Promise<number> {
  await pushSpace(hub, 'gradio', GRADIO);
  await pushSpace(hub, 'small', SMALL);
  for (const name of ['gradio', 'small']) await untilStage(hub, name, 'RUNNING');
  const environment = environmentOfApp(hub);
  const compare = async (name: string, app: string): Promise<number> => {
    const [woken, plain]: [number[], number[]] = [[], []];
    const sides = [
      async () => woken.push(await wake(hub, name)),
      async () => plain.push(await startPlainly(hub, app, environment)),
    ];
    for (let round = 0; round < rounds; round += 1)
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side();
    console.log(`${name} woken by a visitor  ${showTimes(woken)}`);
    console.log(`${name} started plainly     ${showTimes(plain)}`);
    return median(woken) - median(plain);
  };
  const [overhead, ofSmall] = [await compare('gradio', GRADIO), await compare('small', SMALL)];
  console.log(`overhead            ${Math.round(overhead)} ms (goal: under ${OVERHEAD_MS})`);
  console.log(`of an app that does nothing  ${Math.round(ofSmall)} ms`);
  return overhead;
}

async function measureMemory(hub: BenchHub): Promise<void> {
  for (const name of ['gradio', 'small']) {
    await setSleep(hub, name, 1);
    await untilStage(hub, name, 'SLEEPING');
  }
  const before = ownMemory(hub.supervisor);
  for (let n = 0; n < RUNNING + SLEEPING; n += 1) {
    await pushSpace(hub, `s${n}`, SMALL);
    await setSleep(hub, `s${n}`, n < RUNNING ? -1 : 1);
  }
  for (let n = 0; n < RUNNING + SLEEPING; n += 1)
    await untilStage(hub, `s${n}`, n < RUNNING ? 'RUNNING' : 'SLEEPING');
  const after = ownMemory(hub.supervisor);
  console.log(`memory of ours, nothing running             ${before.ours} MiB`);
  console.log(
    `with ${RUNNING} running and ${SLEEPING} sleeping          ${after.ours} MiB, the apps' own ${after.apps} MiB`,
  );
}

/** Memory of all processes below one, each page shared among those who have it: ours, and the apps'. */
function ownMemory(supervisor: number): { readonly ours: number; readonly apps: number } {
  const sizes = { ours: 0, apps: 0 };
  for (const pid of listDescendants(supervisor)) {
    const command = readProcess(pid, 'cmdline');
    const size = Number(/^Pss:\s+(\d+)/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0) / MIB;
    sizes[command.includes('/opt/env/') ? 'apps' : 'ours'] += size;
  }
  return { ours: Math.round(sizes.ours), apps: Math.round(sizes.apps) };
}
