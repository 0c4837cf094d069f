// Asks HEAD as fast as a server answers. wrk cannot: after a HEAD it waits for the body that Content-Length names.
import { connect, type Socket } from 'node:net';

/** What to ask, and how hard. */
export interface HeadLoad {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

const END = Buffer.from('\r\n\r\n');
const OK = Buffer.from('HTTP/1.1 200 ');

/** What was answered. */
export interface Answered {
  readonly answers: number;
  readonly seconds: number;
}

/** Asks on each connection, one request at a time. Throws on any answer but 200. */
export async function measureHeads(load: HeadLoad): Promise<Answered> {
  const headers = { Host: `127.0.0.1:${load.port}`, ...load.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = Buffer.from(`HEAD ${load.path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  const until = performance.now() + load.seconds * 1000;
  const began = performance.now();
  const counts = await Promise.all(
    Array.from({ length: load.connections }, () => countAnswers(load.port, request, until)),
  );
  const answers = counts.reduce((sum, count) => sum + count, 0);
  return { answers, seconds: (performance.now() - began) / 1000 };
}

function countAnswers(port: number, request: Buffer, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    const read = (length: number, buffer: Buffer): boolean => {
      const whole = length >= END.length && buffer.subarray(length - END.length, length).equals(END);
      if (!whole || !buffer.subarray(0, OK.length).equals(OK)) {
        socket.destroy();
        reject(new Error(`an answer to HEAD was ${buffer.toString('latin1', 0, length)}`));
        return false;
      }
      answers += 1;
      if (performance.now() < until) socket.write(request);
      else socket.end();
      return true;
    };
    const onread = {
      buffer: Buffer.alloc(16_384),
      callback: (length: number, buffer: Uint8Array) => read(length, buffer as Buffer),
    };
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    socket.once('connect', () => socket.write(request));
    socket.once('error', reject).once('close', () => resolve(answers));
  });
}
