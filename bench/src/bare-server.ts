// The yardstick for small answers: a bare node:http server that gives the hub's own headers and body, and does nothing
// else. It runs as a process of its own, like the hub.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { ROOT, startProgram, type Running } from './program.ts';

/** The word that makes this program a bare server. */
export const ANSWER_WITHOUT_HUB = 'answer-without-hub';

/** An answer as it is to be given. */
export interface CannedAnswer {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Starts the bare server; gives its port. */
export async function startBareServer(answer: CannedAnswer): Promise<{ running: Running; port: number }> {
  const running = startProgram(process.execPath, [path.join(ROOT, 'bench/src/main.ts'), ANSWER_WITHOUT_HUB]);
  const { stdin, stdout } = running.child;
  if (stdin === null || stdout === null) throw new TypeError('the bare server has no pipes');
  stdin.end(JSON.stringify(answer));
  for await (const line of createInterface({ input: stdout })) return { running, port: Number(line) };
  throw new Error('the bare server did not start');
}

/** Serves the answer read from standard input until it is told to end. */
export async function runBareServer(): Promise<number> {
  const answer = JSON.parse(await text(process.stdin)) as CannedAnswer;
  const headers = Object.fromEntries(answer.headers);
  const body = Buffer.from(answer.body);
  const server = createServer((request, response) => {
    response.writeHead(200, headers);
    if (request.method === 'HEAD') response.end();
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  console.log((server.address() as AddressInfo).port);
  await new Promise((resolve) => process.once('SIGTERM', resolve));
  server.closeAllConnections();
  server.close();
  return 0;
}
