// The hub's stand-in: a server that answers a byte, and who asks it. A process of its own, as the hub is, so that what the one does who
// makes sandboxes is not taken for what a bomb did. Each line is how many milliseconds some answers took.
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** One after another: a single one differs from itself by a half. */
const ANSWERS = 16;
const PAUSE = 10;

const server = createServer((socket) => socket.pipe(socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { readonly port: number };

async function ask(): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  socket.write('x');
  await once(socket, 'data');
  socket.destroy();
}

for (;;) {
  const began = performance.now();
  for (let n = 0; n < ANSWERS; n += 1) await ask();
  process.stdout.write(`${String(performance.now() - began)}\n`);
  await delay(PAUSE);
}
