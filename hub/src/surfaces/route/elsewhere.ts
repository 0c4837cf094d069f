// Requests to other hosts than ours, on the same port.
import { type RequestListener, type Server } from 'node:http';

/** Who answers requests to this host in place of the server; `undefined` where the server itself does. */
export type Elsewhere = (host: string | undefined) => RequestListener | undefined;

/** Hands each request to whom its host belongs, before anything is routed: no path of one host is another's. */
export function letElsewhereAnswer(server: Server, elsewhere: Elsewhere): void {
  const own = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const other = elsewhere(request.headers.host);
    for (const listener of other === undefined ? own : [other]) listener(request, response);
  });
}
