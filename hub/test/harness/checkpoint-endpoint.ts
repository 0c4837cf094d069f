// An endpoint for checkpoints as an operator has one: keeps what is posted and gives the last of it. How it answers can be changed
// while it runs, because the tests are about endpoints that lie or are away.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Answers in place of the usual ones; `undefined`: as usual. */
type Answer = (response: ServerResponse) => void;

/** One that runs. */
export class CheckpointEndpoint implements AsyncDisposable {
  readonly #server = createServer();
  /** What it gives; `undefined`: nothing. */
  note: string | undefined;
  /** How it answers who asks, otherwise than usual. */
  get: Answer | undefined;
  /** What it says of a checkpoint that it takes: a witness signs it. */
  answer: (note: string) => string = () => '';
  /** Statuses of the answers to what is posted, the last of them for ever. */
  statuses: readonly number[] = [200];
  /** Bodies of what was posted, with the answer each got. */
  readonly got: { readonly body: string; readonly status: number }[] = [];
  /** How often it was asked what it has. */
  asked = 0;

  private constructor() {
    this.#server.on('request', (request, response) => {
      if (request.method === 'GET') this.#give(response);
      else {
        const parts: Buffer[] = [];
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () => this.#take(`${request.method} `, Buffer.concat(parts).toString(), response));
      }
    });
  }

  /** Opens one on a port of its own. */
  static async open(): Promise<CheckpointEndpoint> {
    const endpoint = new CheckpointEndpoint();
    endpoint.#server.listen(0, '127.0.0.1');
    await once(endpoint.#server, 'listening');
    return endpoint;
  }

  /** Its address. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/checkpoints`;
  }

  #give(response: ServerResponse): void {
    this.asked += 1;
    if (this.get !== undefined) this.get(response);
    else response.writeHead(this.note === undefined ? 404 : 200).end(this.note);
  }

  // oxlint-disable-next-line max-params -- what came, and where the answer goes
  #take(method: string, note: string, response: ServerResponse): void {
    const status = this.statuses[Math.min(this.got.length, this.statuses.length - 1)] ?? 200;
    this.got.push({ body: `${method}${note}`, status });
    if (status === 200) this.note = note;
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {});
    response.end(status === 200 ? this.answer(note) : '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
