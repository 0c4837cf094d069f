// Connections to the outside: a destination is judged, its name resolved once, every address judged, and the connection made to one of
// those and no other. Redirects and names that change come here again as new destinations.
import { Resolver } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import type { Network } from '@holdfast/kernel/network';
import { parseNetwork } from '@holdfast/kernel/network';
import { refusalOfAddress } from './addresses.ts';
import { tellApp } from './answers.ts';
import type { Contacts } from './contacts.ts';
import { HUB_PORT, isHub, refusalOfDestination, type Destination } from './destination.ts';
import type { DoorStart } from './frames.ts';
import type { Opened } from './http/policy.ts';

const QUERY_MS = 3_000;
const TRIES = 2;
const CONNECT_MS = 10_000;
const MOST_ADDRESSES = 4;

/** Finds the addresses of a name. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Asks these servers, and no file of the machine; `null`: the system's. IPv4 first. */
export function openResolve(servers: readonly string[] | null): Resolve {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: TRIES });
  if (servers !== null) resolver.setServers(servers);
  return async (name) => {
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  };
}

/** What the outside needs to know. */
export interface OutsideDeps {
  readonly start: Pick<DoorStart, 'egress' | 'ports' | 'hub' | 'own'>;
  readonly resolve: Resolve;
  readonly refused: (host: string, why: string) => void;
  readonly contacts: Pick<Contacts, 'begin' | 'miss'>;
}

/** The outside of a sandbox. */
export class Outside {
  readonly #deps: OutsideDeps;
  #own: readonly Network[] = [];

  constructor(deps: OutsideDeps) {
    this.#deps = deps;
    this.learnOwn(deps.start.own);
  }

  /** Which addresses are ours by now. */
  learnOwn(own: readonly string[]): void {
    this.#own = own.map(parseNetwork).filter((network) => network !== undefined);
  }

  /** Connects, or gives the answer that says why not. */
  async open(destination: Destination): Promise<Opened> {
    const { start } = this.#deps;
    if (isHub(destination, start)) return await this.#openHub(destination);
    const refusal = refusalOfDestination(destination, start);
    if (refusal !== undefined) return this.#refuse(destination, refusal);
    const { host, port, kind } = destination;
    const found = kind === 'address' ? [host] : await this.#deps.resolve(host);
    if (found.length === 0) return this.#miss(502, `the name ${host} was not found`);
    const allowed = found.filter((address) => refusalOfAddress(address, this.#own) === undefined);
    const [first] = found;
    if (allowed.length === 0) {
      // Nothing is sent to an address of these, but the name itself was asked for, and went to whoever answers for it.
      if (kind === 'name') this.#deps.contacts.miss();
      return this.#refuse(
        destination,
        refusalOfAddress(first ?? '', this.#own) ?? 'its address is not reached',
      );
    }
    for (const address of allowed.slice(0, MOST_ADDRESSES)) {
      const socket = await connectTo(address, port);
      if (socket !== undefined) return this.#begin(destination, socket);
    }
    return this.#miss(504, `${host} does not answer on port ${port}`);
  }

  async #openHub(destination: Destination): Promise<Opened> {
    const { address, port } = this.#deps.start.hub;
    if (destination.port !== HUB_PORT) return this.#refuse(destination, 'the hub is reached on port 80');
    const socket = await connectTo(address, port);
    if (socket !== undefined) return this.#begin(destination, socket);
    return { kind: 'refused', answer: tellApp(502, 'the hub does not answer') };
  }

  #begin(destination: Destination, socket: Socket): Opened {
    this.#deps.contacts.begin(destination, socket, Date.now());
    return { kind: 'open', socket };
  }

  #miss(status: number, why: string): Opened {
    this.#deps.contacts.miss();
    return { kind: 'refused', answer: tellApp(status, why) };
  }

  #refuse({ host }: Destination, why: string): Opened {
    this.#deps.refused(host, why);
    return { kind: 'refused', answer: tellApp(403, `${host} is not reached from this Space: ${why}`) };
  }
}

/** Connects to an address, and looks who is there. */
async function connectTo(host: string, port: number): Promise<Socket | undefined> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, autoSelectFamily: false });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const settle = (open: boolean) => (): void => {
    resolve(open);
  };
  socket.once('connect', settle(true)).once('error', settle(false));
  const timer = setTimeout(settle(false), CONNECT_MS);
  const open = await promise;
  clearTimeout(timer);
  if (open && isSame(socket.remoteAddress, host)) return socket;
  socket.on('error', () => undefined).destroy();
  return undefined;
}

function isSame(peer: string | undefined, wanted: string): boolean {
  const [one, other] = [parseNetwork(peer ?? ''), parseNetwork(wanted)];
  return one !== undefined && other !== undefined && one.bits === other.bits && one.first === other.first;
}
