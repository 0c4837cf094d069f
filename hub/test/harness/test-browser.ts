// A browser as far as headers go: it keeps cookies, says where a form comes from, and follows no redirect by itself.
import { request, type IncomingHttpHeaders } from 'node:http';

/** What a page answered. */
export interface PageAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Where it leads on to; empty where it does not. */
  readonly location: string;
}

/** Where the browser goes. */
interface Hub {
  readonly port: number;
}

/** One browser with its cookies. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly #port: number;

  constructor({ port }: Hub) {
    this.#port = port;
  }

  /** Opens a page. */
  async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<PageAnswer> {
    return await this.#ask('GET', path, { headers });
  }

  /** Sends a form, as one of the hub's own pages does; headers take the place of what the browser would say. */
  async send(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<PageAnswer> {
    const own = {
      origin: `http://localhost:${this.#port}`,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const body = new URLSearchParams(fields).toString();
    return await this.#ask('POST', path, { headers: { ...own, ...headers }, body });
  }

  /** Signs in. */
  async signIn(name: string, password: string): Promise<PageAnswer> {
    return await this.send('/sign-in', { name, password });
  }

  /** The value of the cookie of this kind. */
  cookie(kind: 'session' | 'known' | 'half' | 'language'): string | undefined {
    return this.cookies.get(`holdfast-${this.#port}-${kind}`);
  }

  async #ask(
    method: string,
    path: string,
    sent: { headers: Readonly<Record<string, string | undefined>>; body?: string },
  ): Promise<PageAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<PageAnswer>();
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = Object.fromEntries(
      Object.entries({ host: `localhost:${this.#port}`, cookie, ...sent.headers }).filter(
        (pair): pair is [string, string] => pair[1] !== undefined,
      ),
    );
    const outgoing = request({ port: this.#port, method, path, headers, agent: false }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
      incoming.on('end', () => {
        this.#keep(incoming.headers['set-cookie'] ?? []);
        const { statusCode = 0, headers: got } = incoming;
        resolve({ status: statusCode, headers: got, body, location: got.location ?? '' });
      });
    });
    outgoing.on('error', reject).end(sent.body);
    return await promise;
  }

  #keep(set: readonly string[]): void {
    for (const line of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
