// Two sockets that are tied to each other.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Makes them, by way of a socket at this path. */
export async function socketPair(path: string): Promise<[Socket, Socket]> {
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  const incoming = once(server, 'connection') as Promise<[Socket]>;
  const one = connect(path);
  const [other] = await incoming;
  server.close();
  return [one, other];
}
