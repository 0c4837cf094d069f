// A listening socket that takes its connections with it: what the app left behind may hold them open, and this program ends
// all the same.
import { createServer, type ListenOptions, type Socket } from 'node:net';
import { once } from 'node:events';

/** Listens until it is disposed of. Rejects when the address cannot be bound. */
export async function listen(
  where: ListenOptions | { readonly fd: number },
  serve: (socket: Socket) => void,
): Promise<Disposable> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
    });
    serve(socket);
  });
  server.listen(where);
  await once(server, 'listening');
  return {
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
