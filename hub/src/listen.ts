// Serves on a socket that the supervisor has bound, and drains it in the end.
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';

// The supervisor waits ten seconds before it kills; what is still under way by then is cut off by us, in order.
const DRAIN_MS = 8_000;

/** Begins to accept connections on an inherited descriptor. Disposing stops accepting, drains, then cuts off. */
export async function listenOn(app: FastifyInstance, fd: number): Promise<AsyncDisposable> {
  await app.ready();
  const { server } = app;
  const sockets = followSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ fd }, resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const idle = setInterval(() => server.closeIdleConnections(), 100);
      const cutOff = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, DRAIN_MS);
      await closed;
      clearInterval(idle);
      clearTimeout(cutOff);
    },
  };
}

/** The connections of a server as they come and go: it knows nothing itself of those that speak another protocol by now. */
function followSockets(server: FastifyInstance['server']): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
