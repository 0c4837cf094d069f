// Asks the places that the operator named, and no other: an index that points elsewhere is not followed there. A request
// carries nothing of what the build sent but what it is for.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { getCACertificates } from 'node:tls';
import { Refusal } from './refusal.ts';

/** One request to the outside. */
export interface UpstreamRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly accept: string;
  /** Origins that it may go to, by redirect, too. */
  readonly origins: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

const REDIRECTS = 4;
const SILENCE = 60_000;

/** Connections to the outside, kept for as long as the build lasts. */
export class Upstream implements Disposable {
  readonly #https: HttpsAgent;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 16 });

  /** The file holds certificates of authorities; without one the system's count. */
  constructor(authorities: string | null) {
    const ca = authorities === null ? getCACertificates('system') : [readFileSync(authorities, 'utf8')];
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: 16, ca });
  }

  /** The answer, whose status is 200, 304 or 404. Throws a `Refusal`. */
  async ask(wish: UpstreamRequest): Promise<IncomingMessage> {
    let at = wish.url;
    for (let turn = 0; turn < REDIRECTS; turn += 1) {
      const answer = await this.#once({ ...wish, url: at });
      const { statusCode: status = 0, headers } = answer;
      if (status === 200 || status === 404) return answer;
      answer.resume();
      if (status < 300 || status > 399 || headers.location === undefined)
        throw new Refusal(502, `${new URL(at).host} answered ${String(status)}`);
      at = new URL(headers.location, at).href;
    }
    throw new Refusal(502, `${new URL(wish.url).host} redirects without an end`);
  }

  [Symbol.dispose](): void {
    this.#https.destroy();
    this.#http.destroy();
  }

  async #once(wish: UpstreamRequest): Promise<IncomingMessage> {
    const url = new URL(wish.url);
    if (!wish.origins.has(url.origin))
      throw new Refusal(403, `${url.origin} is not one of the places that the operator named for packages`);
    const options = {
      method: wish.method,
      headers: { accept: wish.accept, 'user-agent': 'holdfast', 'accept-encoding': 'identity' },
      signal: wish.signal,
      timeout: SILENCE,
    };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, agent: this.#https })
        : requestHttp(url, { ...options, agent: this.#http });
    request.on('timeout', () => request.destroy(new Error('it was silent for a minute')));
    request.end();
    try {
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      return answer;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Refusal(502, `${url.host} does not answer: ${why}`);
    }
  }
}
