// Where an app's connections meet brokered secrets: those to bound hosts are read, all others are looked through where the door reads
// them anyway, and tunnels to hosts without a secret pass untouched.
import { HUB_PORT, isHub, proofFor, type Destination } from '../destination.ts';
import type { Errand } from '../errand.ts';
import type { DoorStart } from '../frames.ts';
import { Connection } from '../http/connection.ts';
import type { RequestHead } from '../http/head.ts';
import type { Plan, Policy } from '../http/policy.ts';
import type { Outside } from '../outside.ts';
import { boundHostPolicy } from './bound-host.ts';
import type { Broker } from './broker.ts';
import { findMisplaced } from './injection.ts';
import { secureClient, type SecureOutside } from './secure.ts';
import { RequestWatch, tellMisplaced } from './watch.ts';

/** What a front needs. */
export interface FrontDeps {
  readonly broker: Broker;
  readonly outside: Outside;
  readonly secure: SecureOutside;
  readonly start: Pick<DoorStart, 'hub'>;
  readonly refused: (host: string, why: string) => void;
  readonly fail: Policy['fail'];
}

const TLS_PORT = 443;

/** The front of a run with brokered secrets. */
export class Front {
  readonly #deps: FrontDeps;

  constructor(deps: FrontDeps) {
    this.#deps = deps;
  }

  get broker(): Broker {
    return this.#deps.broker;
  }

  /** Waits until it is known what is bound. */
  wait(then: () => Plan): Plan {
    const decide = async (): Promise<Plan> => {
      await this.broker.settled;
      return then();
    };
    return { kind: 'wait', most: undefined, long: '', expects: false, decide };
  }

  /** Serves a tunnel to a bound host; `undefined` for any other. */
  serve({ host, port, kind }: Destination): Plan | undefined {
    const { broker, refused } = this.#deps;
    if (kind !== 'name' || port !== TLS_PORT || !broker.isBound(host)) return undefined;
    return {
      kind: 'serve',
      serve: async (client, shared) => {
        const met = await secureClient(client, {
          host,
          leaf: broker.leafOf(host),
          certificate: broker.identity.certificate,
        });
        if ('socket' in met)
          return new Connection(met.socket, this.#boundPolicy({ host, port, kind }), shared);
        refused(host, met.why);
        return undefined;
      },
    };
  }

  /** The rules of a connection to the hub, when a secret is bound to it. */
  hubPolicy(destination: Destination): Policy | undefined {
    return this.broker.isBound(destination.host) ? this.#boundPolicy(destination) : undefined;
  }

  /** A request for plain HTTP: the hub's may have a secret, no other. */
  forward(head: RequestHead, errand: Errand): Plan {
    const { broker, outside, start } = this.#deps;
    const { destination } = errand;
    const { host, port } = destination;
    if (isHub(destination, start) && port === HUB_PORT && broker.isBound(host))
      return this.#boundPolicy(destination).read(toServer(head, errand.path, host));
    const misplaced = findMisplaced(head, broker.placeholders);
    const note = (version: string, where: string): void => {
      broker.misplaced(version, host, where);
    };
    if (misplaced !== undefined) {
      note(misplaced.version, misplaced.where);
      return { kind: 'answer', answer: tellMisplaced(misplaced.where) };
    }
    const watch = new RequestWatch({
      ...{ host, bodiless: false, placeholders: broker.placeholders, values: undefined },
      ...{ mayBeEncoded: true, misplaced: note, echoed: () => undefined, leave: () => undefined },
    });
    const open = async () => await outside.open(destination);
    return { kind: 'forward', websocket: false, key: `${host}:${port}`, open, watch, ...errand };
  }

  #boundPolicy(destination: Destination): Policy {
    const { broker, outside, secure, start, refused, fail } = this.#deps;
    const { host, port } = destination;
    // What goes to the hub stays on this machine.
    const plain = isHub(destination, start);
    return boundHostPolicy({
      ...{ broker, host, port, refused, fail },
      proof: proofFor(destination, start),
      open: async () => {
        const opened = await outside.open(destination);
        return plain ? opened : await secure.secure(opened, host);
      },
    });
  }
}

/** A request for a proxy as its host reads it. */
function toServer(head: RequestHead, target: string, host: string): RequestHead {
  const fields = head.fields.filter(({ name }) => name !== 'host');
  return { ...head, target, fields: [{ name: 'host', written: 'Host', value: host }, ...fields] };
}
