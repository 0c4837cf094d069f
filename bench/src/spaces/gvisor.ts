// What a kernel between an app and the machine costs a visitor: the same Space on two hubs, one with gVisor and one with bubblewrap.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { median } from '../result.ts';
import { GRADIO, pushSpace, seed, showTimes, untilStage, wake } from './site.ts';

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
  const times: { readonly bubblewrap: number[]; readonly gvisor: number[] } = { bubblewrap: [], gvisor: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.bubblewrap.push(await wake(bubblewrap, 'gradio'));
    times.gvisor.push(await wake(gvisor, 'gradio'));
  }
  console.log(`woken under bubblewrap  ${showTimes(times.bubblewrap)}`);
  console.log(`woken under gVisor      ${showTimes(times.gvisor)}`);
  console.log(`difference              ${Math.round(median(times.gvisor) - median(times.bubblewrap))} ms`);
  return 0;
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
