// Calls a hub as fast as it answers, each time with a token that is none and from another address.
import { once } from 'node:events';
import { connect } from 'node:net';

const CONNECTIONS = 4;
/** Calls that are on their way on one connection at a time. */
const AT_ONCE = 8;
const REFUSED = 'HTTP/1.1 401';

/** Calls until it aborts; gives how many were refused. Throws where one was not. The hub must believe us whom we call for. */
export async function callRefused(port: number, signal: AbortSignal): Promise<number> {
  const callers = { last: 0 };
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => await callOn(port, callers, signal)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function callOn(port: number, callers: { last: number }, signal: AbortSignal): Promise<number> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  const failed = once(socket, 'close').then(() => {
    throw new Error('the hub hung up on who it refuses');
  });
  failed.catch(() => undefined);
  let [refused, rest] = [0, ''];
  let wake = (): void => undefined;
  socket
    .on('error', () => undefined)
    .on('data', (text: string) => {
      const said = rest + text;
      refused += said.split(REFUSED).length - 1;
      // One that is cut in two is counted with what follows.
      rest = said.slice(-(REFUSED.length - 1));
      wake();
    });
  for (let sent = 0; !signal.aborted;) {
    const calls = Array.from({ length: AT_ONCE }, () => callFrom(addressOf((callers.last += 1)), port));
    sent += AT_ONCE;
    socket.write(calls.join(''));
    while (refused < sent) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), failed]);
  }
  socket.destroy();
  return refused;
}

function callFrom(address: string, port: number): string {
  return (
    `GET /api/whoami-v2 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    `X-Forwarded-For: ${address}\r\nAuthorization: Bearer hf_guess\r\n\r\n`
  );
}

function addressOf(n: number): string {
  return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
}
