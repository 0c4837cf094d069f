// Asks the origin of a Space, which differs from the hub's by its Host alone.
import { request } from 'node:http';
import { type ServedHub } from './served-hub.ts';

/** What was answered. */
export interface SiteAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Asks the host `label.localhost`. */
export async function askSite(
  hub: Pick<ServedHub, 'port'>,
  at: { readonly label: string; readonly path: string; readonly method?: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<SiteAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SiteAnswer>();
  const host = `${at.label}.localhost:${hub.port}`;
  const sent = {
    port: hub.port,
    host: '127.0.0.1',
    path: at.path,
    method: at.method ?? 'GET',
    agent: false as const,
  };
  request({ ...sent, headers: { host, ...headers } }, (incoming) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (part: string) => (text += part));
    incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
  })
    .on('error', reject)
    .end();
  return await promise;
}
