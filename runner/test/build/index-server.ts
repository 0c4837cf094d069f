// A package index on loopback, whose pages and files a test decides: an operator's own, beside PyPI.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What is asked for, and how often. */
export interface IndexServer extends AsyncDisposable {
  /** Of the simple index. */
  readonly url: string;
  /** Requests that came, as `GET /path`. */
  readonly asked: readonly string[];
  /** Has it offer a file of a project, and give these bytes for it. */
  offer(file: OfferedFile): string;
}

/** A file that is offered. */
export interface OfferedFile {
  readonly project: string;
  readonly name: string;
  readonly bytes: Buffer;
}

/** Opens one. What it does not have, an index behind it may. */
export async function openIndexServer(behind?: string): Promise<IndexServer> {
  const files = new Map<string, Buffer>();
  const pages = new Map<string, string[]>();
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(`${request.method ?? ''} ${path}`);
    const page = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    const links = page === undefined ? undefined : pages.get(page);
    const bytes = files.get(path);
    if (links !== undefined) response.setHeader('content-type', 'text/html').end(links.join('\n'));
    else if (bytes !== undefined) response.end(bytes);
    else if (page !== undefined && behind !== undefined) void passOn(`${behind}/${page}/`, response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url: `${origin}/simple`,
    asked,
    offer: ({ project, name, bytes }) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      files.set(`/files/${name}`, bytes);
      const link = `<a href="${origin}/files/${name}#sha256=${sha256}">${name}</a>`;
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

async function passOn(url: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(url, { headers: { accept: 'text/html' } });
  response.writeHead(answer.status, { 'content-type': 'text/html' }).end(await answer.text());
}
