// The resolver inside a sandbox, over UDP and TCP.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { answerQuestion } from './dns-answer.ts';
import { listen } from './listener.ts';

const ADDRESS = '127.0.0.1';
const PORT = 53;
const IDLE_MS = 10_000;

/** Serves until it is disposed of. Rejects when the port cannot be bound. */
export async function openResolver(): Promise<Disposable> {
  const datagrams = createSocket('udp4');
  datagrams.on('message', (message, { address, port }) => {
    const answer = answerQuestion(message);
    if (answer !== undefined) datagrams.send(answer, port, address, () => undefined);
  });
  datagrams.bind(PORT, ADDRESS);
  await once(datagrams, 'listening');
  const streams = await listen({ port: PORT, host: ADDRESS }, serveStream);
  return {
    [Symbol.dispose]: () => {
      datagrams.close();
      streams[Symbol.dispose]();
    },
  };
}

// Over TCP each message comes after its length.
function serveStream(socket: Socket): void {
  let rest = Buffer.alloc(0);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const length = rest.readUInt16BE(0);
      const answer = answerQuestion(rest.subarray(2, 2 + length));
      rest = rest.subarray(2 + length);
      if (answer === undefined) return void socket.destroy();
      const size = Buffer.alloc(2);
      size.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([size, answer]));
    }
  });
}
