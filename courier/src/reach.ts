// The only way out: opens connections to the places that the operator named.
import { connect, type Socket } from 'node:net';

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

/** The hosts that may be asked by HTTP, as `name` or `name:port`. */
export interface Hosts {
  readonly protocol: string;
  readonly names: ReadonlySet<string>;
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
  let answer: Response;
  try {
    answer = await fetch(url, { ...options, redirect: 'manual' });
  } catch (error) {
    throw new Unreachable(`${url.host} does not answer`, { cause: error });
  }
  if (answer.status >= BROKEN) throw new Unreachable(`${url.host} answered ${String(answer.status)}`);
  const { status, statusText, headers } = answer;
  return new Response(await readBounded(answer), { status, statusText, headers });
}

/** Whether that is why something failed. */
export function isUnreachable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Unreachable) return true;
  return false;
}

async function readBounded({ body, status }: Response): Promise<Buffer | null> {
  if (body === null || status === 204 || status === 304) return null;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > LONGEST_ANSWER) throw new Error('the answer is longer than any should be');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
