// A hub with apps for benchmarks: pushes Spaces, waits for stages, visits.
import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Goal } from '../goals.ts';
import { type BenchHub } from '../hub.ts';
import { mustRun, ROOT } from '../program.ts';
import { median } from '../result.ts';

const KEPT = path.join(ROOT, '.tools/app-ground');
const LONGEST_MS = 20 * 60_000;
/** What a start under bubblewrap may take longer than the same app started plainly. */
export const OVERHEAD_MS = 150;

/** A small app, as people write them. */
export const GRADIO = `
import gradio
gradio.Interface(lambda text: "hello " + text, "text", "text", api_name="greet").launch()
`;

/** Puts the base and the packages there that tests have left, where they have: making them is not measured. */
export async function seed(data: string): Promise<void> {
  if (!existsSync(KEPT)) return;
  const own = path.join(data, 'spaces', 'runner');
  await mkdir(own, { recursive: true });
  await mustRun('chmod', ['711', path.dirname(own), own]);
  // With their owners: doors and builders are users of their own.
  for (const name of ['base', 'cache'])
    await mustRun('cp', ['-a', path.join(KEPT, name), path.join(own, name)]);
}

/** What a start under bubblewrap takes longer, as what it has to be. */
export function overheadGoal(figure: number): Goal {
  return { what: 'the overhead of a start under bubblewrap (ms)', figure, limit: OVERHEAD_MS, side: 'under' };
}

/** Makes a public Space with an app. */
export async function pushSpace(hub: BenchHub, name: string, app: string): Promise<void> {
  const wish = { type: 'space', name, sdk: 'gradio', private: false };
  await hub.ask('/api/repos/create', { method: 'POST', body: JSON.stringify(wish) });
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': app };
  const lines = [
    { key: 'header', value: { summary: 'An app to measure' } },
    ...Object.entries(files).map(([at, content]) => ({ key: 'file', value: { path: at, content } })),
  ];
  await hub.ask(`/api/spaces/admin/${name}/commit/main`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
}

/** Sets after how many seconds without a visitor it sleeps; -1: never. */
export async function setSleep(hub: BenchHub, name: string, seconds: number): Promise<void> {
  const body = JSON.stringify({ seconds });
  await hub.ask(`/api/spaces/admin/${name}/sleeptime`, { method: 'POST', body });
}

/** Waits for a stage. Throws when it does not come. */
export async function untilStage(hub: BenchHub, name: string, wanted: string): Promise<void> {
  for (const until = Date.now() + LONGEST_MS; Date.now() < until; await delay(200)) {
    const said = await (await hub.ask(`/api/spaces/admin/${name}/runtime`)).text();
    const { stage } = JSON.parse(said) as { readonly stage: string };
    if (stage === wanted) return;
    if (stage.endsWith('_ERROR')) throw new Error(said);
  }
  throw new Error(`${name} never was ${wanted}`);
}

/** Lets it fall asleep and visits it; gives how long the visitor waited, in milliseconds. It stays awake then. */
export async function wake(hub: BenchHub, name: string): Promise<number> {
  await setSleep(hub, name, 1);
  await untilStage(hub, name, 'SLEEPING');
  await setSleep(hub, name, -1);
  return await visit(hub, name);
}

/** How long something took: the median, and in brackets the shortest and the longest. */
export function showTimes(times: readonly number[]): string {
  const [low, high] = [Math.min(...times), Math.max(...times)];
  return `${Math.round(median(times))} ms [${Math.round(low)}–${Math.round(high)}]`;
}

/** Visits it until it answers; gives how long that took, in milliseconds. */
async function visit(hub: BenchHub, name: string): Promise<number> {
  const { host } = new URL(hub.url);
  const port = host.split(':')[1] ?? '';
  const headers = { host: `admin-${name}.localhost:${port}`, authorization: `Bearer ${hub.token}` };
  const began = performance.now();
  for (;;) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request(hub.url, { headers, agent: false }).on('response', resolve).on('error', reject).end();
    const answer = await promise;
    answer.resume();
    if (answer.statusCode === 200) return performance.now() - began;
    if (performance.now() - began > LONGEST_MS) throw new Error(`${name} answered ${answer.statusCode}`);
    await delay(5);
  }
}
