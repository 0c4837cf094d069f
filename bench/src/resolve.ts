// HEAD and GET of a small file in a private repository with a token, against a bare server with equal answers.
import { commit, openBenchHub, type BenchHub } from './hub.ts';
import { startBareServer, type CannedAnswer } from './bare-server.ts';
import { measureHeads } from './head-load.ts';
import { mustRun } from './program.ts';
import { takeTurns, type Result } from './result.ts';

const CONNECTIONS = 16;
const SECONDS = 4;
const CONTENT = JSON.stringify({ model_type: 'bert', hidden_size: 768, layers: 12 }).repeat(8);
/** Set by every server itself, for each answer. */
const OWN_HEADERS = new Set(['connection', 'keep-alive', 'date', 'transfer-encoding']);
const GOALS = { unit: 'req/s', yardstick: 'bare node:http', reach: 0.35, aim: 0.5 };

/** Measures requests per second over 16 connections. */
export async function measureResolve(rounds: number): Promise<readonly Result[]> {
  await using hub = await openBenchHub();
  const content = Buffer.from(CONTENT).toString('base64');
  await commit(hub, { key: 'file', value: { path: 'config.json', content, encoding: 'base64' } });
  const target = `/${hub.repo}/resolve/main/config.json`;
  const bare = await startBareServer(await readAnswer(hub, target));
  await using _running = bare.running;
  const headers = { Authorization: `Bearer ${hub.token}`, 'Accept-Encoding': 'identity' };
  const port = Number(new URL(hub.url).port);
  const heads = await takeTurns(rounds, {
    hub: async () =>
      await measureHeads({ port, path: target, headers, connections: CONNECTIONS, seconds: SECONDS }),
    yard: async () =>
      await measureHeads({
        port: bare.port,
        path: target,
        headers,
        connections: CONNECTIONS,
        seconds: SECONDS,
      }),
  });
  const gets = await takeTurns(rounds, {
    hub: async () => await measureGets(`${hub.url}${target}`, headers),
    yard: async () => await measureGets(`http://127.0.0.1:${bare.port}${target}`, headers),
  });
  return [
    { name: 'HEAD resolve', ...GOALS, ...heads },
    { name: 'GET resolve', ...GOALS, ...gets },
  ];
}

async function readAnswer(hub: BenchHub, target: string): Promise<CannedAnswer> {
  const response = await hub.ask(target, { headers: { 'Accept-Encoding': 'identity' } });
  const headers = [...response.headers].filter(([name]) => !OWN_HEADERS.has(name));
  return { headers, body: await response.text() };
}

async function measureGets(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const load = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`];
  const printed = await mustRun('wrk', [...load, ...lines, url]);
  if (/Non-2xx|Socket errors/.test(printed)) throw new Error(`wrk saw errors\n${printed}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(printed)?.[1]);
}
