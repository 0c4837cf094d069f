// The only way out: opens connections to the places that the operator named.
import { once } from 'node:events';
import { request as requestByHttp, type IncomingMessage } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { connect, type Socket } from 'node:net';
import { getCACertificates } from 'node:tls';

/** A place, as the operator named it. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Connects. Aborting the signal ends the connection, at any time. */
export async function openSocket(place: Place, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...place, autoSelectFamily: true });
  signal.addEventListener('abort', () => {
    socket.destroy(signal.reason as Error);
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  socket.once('connect', () => {
    resolve(undefined);
  });
  socket.once('error', reject);
  await promise;
  socket.off('error', reject);
  return socket;
}

/** Who may vouch for a place: whom the system trusts, and the operator's own. `undefined` is the system's alone. */
export function authorities(own: string | null): string[] | undefined {
  return own === null ? undefined : [...getCACertificates('default'), own];
}

/** The hosts that may be asked by HTTP, as `name` or `name:port`. */
export interface Hosts {
  readonly protocol: string;
  readonly names: ReadonlySet<string>;
  /** Certificate authorities of the operator's own, as PEM. */
  readonly certificates: string | null;
}

/** A place that did not answer, or said that it cannot. */
class Unreachable extends Error {}

const LONGEST_ANSWER = 1024 * 1024;
const BROKEN = 500;

/**
 * Asks one of these hosts, and no other, wherever an answer points: who forges what an issuer says of itself must not have us
 * ask the machines around. Redirects are not followed, and an answer is bounded.
 */
export async function fetchFrom(hosts: Hosts, address: string, options: RequestInit): Promise<Response> {
  const url = new URL(address);
  if (url.protocol !== hosts.protocol || !hosts.names.has(url.host))
    throw new Error(`${url.host} is not a host of the issuer; is it missing in singleSignOn.hosts?`);
  const question = new Request(url, options);
  const body = Buffer.from(await question.arrayBuffer());
  let answer: IncomingMessage;
  try {
    answer = await ask(url, { question, body, ca: authorities(hosts.certificates) });
  } catch (error) {
    throw new Unreachable(`${url.host} does not answer`, { cause: error });
  }
  const status = answer.statusCode ?? BROKEN;
  if (status >= BROKEN) {
    answer.destroy();
    throw new Unreachable(`${url.host} answered ${String(status)}`);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
  return new Response(await readBounded(answer, status), { status, headers });
}

interface Question {
  readonly question: Request;
  readonly body: Buffer;
  readonly ca: string[] | undefined;
}

// By Node's own client: its `fetch` cannot be told of one place's authorities, and the mail server's shall not vouch for the
// issuer.
async function ask(url: URL, { question, body, ca }: Question): Promise<IncomingMessage> {
  const { method, headers, signal } = question;
  const options = { method, headers: Object.fromEntries(headers), signal, agent: false };
  const sent =
    url.protocol === 'https:' ? requestByHttps(url, { ...options, ca }) : requestByHttp(url, options);
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

/** Whether that is why something failed. */
export function isUnreachable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Unreachable) return true;
  return false;
}

async function readBounded(answer: IncomingMessage, status: number): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > LONGEST_ANSWER) throw new Error('the answer is longer than any should be');
    pieces.push(piece);
  }
  return status === 204 || status === 304 ? null : Buffer.concat(pieces);
}
