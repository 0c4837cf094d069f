// HEAD and GET of a small file in a private repository with a token, against a bare server with equal answers.
import { withCpu } from './cpu.ts';
import { commit, openBenchHub, type BenchHub } from './hub.ts';
import { startBareServer, type CannedAnswer } from './bare-server.ts';
import { measureHeads, type Answered } from './head-load.ts';
import { mustRun } from './program.ts';
import { takeTurns, type Result, type Turn } from './result.ts';

const CONNECTIONS = 16;
const SECONDS = 4;
const CONTENT = JSON.stringify({ model_type: 'bert', hidden_size: 768, layers: 12 }).repeat(8);
/** Set by every server itself, for each answer. */
const OWN_HEADERS = new Set(['connection', 'keep-alive', 'date', 'transfer-encoding']);
const GOALS = {
  unit: 'req/s',
  cpuUnit: 'µs/req',
  yardstick: 'bare node:http',
  goal: 'reach 0.35, aim for 0.5',
  limit: { of: 'rate', side: 'reach', limit: 0.35 },
} as const;

/** Measures requests per second over 16 connections. */
export async function measureResolve(rounds: number): Promise<readonly Result[]> {
  await using hub = await openBenchHub();
  const content = Buffer.from(CONTENT).toString('base64');
  await commit(hub, { key: 'file', value: { path: 'config.json', content, encoding: 'base64' } });
  const target = `/${hub.repo}/resolve/main/config.json`;
  const bare = await startBareServer(await readAnswer(hub, target));
  await using _running = bare.running;
  const headers = { Authorization: `Bearer ${hub.token}`, 'Accept-Encoding': 'identity' };
  const own: Server = { pid: hub.pid, port: Number(new URL(hub.url).port), target, headers };
  const yardstick: Server = { ...own, pid: bare.running.child.pid ?? 0, port: bare.port };
  const compare = async (ask: (server: Server) => Promise<Answered>) =>
    await takeTurns(rounds, {
      hub: async () => await measure(own, ask),
      yard: async () => await measure(yardstick, ask),
    });
  const heads = await compare(askHeads);
  const gets = await compare(askGets);
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

interface Server {
  readonly pid: number;
  readonly port: number;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function measure(server: Server, ask: (server: Server) => Promise<Answered>): Promise<Turn> {
  const { result, cpu } = await withCpu(server.pid, async () => await ask(server));
  return { rate: result.answers / result.seconds, cpu: (cpu / result.answers) * 1e6 };
}

async function askHeads({ port, target, headers }: Server): Promise<Answered> {
  return await measureHeads({ port, path: target, headers, connections: CONNECTIONS, seconds: SECONDS });
}

async function askGets({ port, target, headers }: Server): Promise<Answered> {
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const load = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`];
  const printed = await mustRun('wrk', [...load, ...lines, `http://127.0.0.1:${port}${target}`]);
  const counted = /(\d+) requests in ([\d.]+)s/.exec(printed);
  if (counted === null || /Non-2xx|Socket errors/.test(printed))
    throw new Error(`wrk saw errors\n${printed}`);
  return { answers: Number(counted[1]), seconds: Number(counted[2]) };
}
