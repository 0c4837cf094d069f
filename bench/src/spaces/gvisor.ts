// What a kernel between an app and the machine costs a visitor: the same Space on two hubs, one with gVisor and one with bubblewrap, and
// the same app started plainly.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { median } from '../result.ts';
import { judgeGoals } from '../verdict.ts';
import { environmentOfApp, startPlainly } from './plain.ts';
import { GRADIO, OVERHEAD_MS, overheadGoal, pushSpace, seed, showTimes, untilStage, wake } from './site.ts';

/** What it is called with. */
export const GVISOR_USAGE =
  '       ./holdfast bench gvisor [rounds]   a Space that wakes under gVisor, beside one under bubblewrap';

/** Measures, and prints. */
export async function runGvisor(words: readonly string[]): Promise<number> {
  const rounds = Number(words[0] ?? 5);
  if (!(rounds >= 1)) {
    console.error(GVISOR_USAGE);
    return 2;
  }
  await using bubblewrap = await openSide('bubblewrap');
  await using gvisor = await openSide('gvisor');
  const environment = environmentOfApp(bubblewrap);
  const times: Record<'bubblewrap' | 'gvisor' | 'plain', number[]> = {
    bubblewrap: [],
    gvisor: [],
    plain: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    times.bubblewrap.push(await wake(bubblewrap, 'gradio'));
    times.gvisor.push(await wake(gvisor, 'gradio'));
    times.plain.push(await startPlainly(bubblewrap, GRADIO, environment));
  }
  const overhead = (side: 'bubblewrap' | 'gvisor'): number => median(times[side]) - median(times.plain);
  console.log(`woken under bubblewrap      ${showTimes(times.bubblewrap)}`);
  console.log(`woken under gVisor          ${showTimes(times.gvisor)}`);
  console.log(`started plainly             ${showTimes(times.plain)}`);
  console.log(
    `overhead under bubblewrap   ${Math.round(overhead('bubblewrap'))} ms (goal: under ${OVERHEAD_MS})`,
  );
  console.log(`overhead under gVisor       ${Math.round(overhead('gvisor'))} ms`);
  return judgeGoals([overheadGoal(overhead('bubblewrap'))]);
}

async function openSide(runtime: 'bubblewrap' | 'gvisor'): Promise<BenchHub> {
  const hub = await openBenchHub({
    prepare: async (data) => {
      await seed(data);
      await writeFile(path.join(data, 'config.json'), JSON.stringify({ spaces: { runtime } }));
    },
  });
  await pushSpace(hub, 'gradio', GRADIO);
  await untilStage(hub, 'gradio', 'RUNNING');
  return hub;
}
