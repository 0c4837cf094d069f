// A package index on loopback, whose pages and files a test decides.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What is asked for, and how often. */
export interface IndexServer extends AsyncDisposable {
  /** Of the simple index. */
  readonly url: string;
  /** Its origin alone. */
  readonly origin: string;
  /** Requests that came, as `GET /path`. */
  readonly asked: readonly string[];
  /** The headers of the last one. */
  headers(): IncomingMessage['headers'];
  /** Has it offer a file of a project, and give these bytes for it, which may be others than it says. */
  offer(file: OfferedFile): string;
}

/** A file that is offered. */
export interface OfferedFile {
  readonly project: string;
  readonly name: string;
  readonly bytes: Buffer;
  /** What is given in their place. */
  readonly given?: Buffer;
  /** Where the page says that it is; by default here. */
  readonly url?: string;
}

/** Opens one. */
export async function openIndexServer(): Promise<IndexServer> {
  const files = new Map<string, Buffer>();
  const pages = new Map<string, string[]>();
  const asked: string[] = [];
  let headers: IncomingMessage['headers'] = {};
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(`${request.method ?? ''} ${path}`);
    ({ headers } = request);
    const page = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    const links = page === undefined ? undefined : pages.get(page);
    const bytes = files.get(path);
    if (links !== undefined) response.setHeader('content-type', 'text/html').end(links.join('\n'));
    else if (bytes !== undefined) response.end(bytes);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url: `${origin}/simple`,
    origin,
    asked,
    headers: () => headers,
    offer: ({ project, name, bytes, given, url }) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      files.set(`/files/${name}`, given ?? bytes);
      const link = `<a href="${url ?? `${origin}/files/${name}`}#sha256=${sha256}">${name}</a>`;
      pages.set(project, [...(pages.get(project) ?? []), link]);
      return sha256;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
