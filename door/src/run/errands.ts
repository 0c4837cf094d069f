// The rules by which an app's connections are read: it speaks to a proxy, which asks for it or connects it through.
import { readErrand, readHubErrand, presentErrand } from './errand.ts';
import { tellApp } from './answers.ts';
import { HUB_PORT, isHub, parseDestination, type Destination } from './destination.ts';
import type { Front } from './brokering/front.ts';
import type { DoorStart } from './frames.ts';
import type { Failure, Plan, Policy } from './http/policy.ts';
import type { RequestHead } from './http/head.ts';
import type { Outside } from './outside.ts';

const WORDS: Readonly<Record<Failure, string>> = {
  400: 'the request could not be read',
  408: 'the request did not arrive in time',
  431: 'the head of the request is too long',
  502: 'the other side gave no answer that could be read',
  504: 'the other side took too long to answer',
};

/** What the rules need. */
export interface ErrandDeps {
  readonly outside: Outside;
  readonly start: Pick<DoorStart, 'hub'>;
  readonly refused: (host: string, why: string) => void;
  /** Of a run with brokered secrets. */
  readonly front: Front | undefined;
}

/** The rules for everything that an app sends out. */
export function errandPolicy({ outside, start, refused, front }: ErrandDeps): Policy {
  const plain = plainPolicy({ outside, start, refused, front });
  if (front === undefined) return plain;
  return {
    ...plain,
    read: (head) => (front.broker.waits ? front.wait(() => plain.read(head)) : plain.read(head)),
  };
}

function plainPolicy({ outside, start, refused, front }: ErrandDeps): Policy {
  const refuse = (host: string, why: string, status = 400): Plan => {
    refused(host, why);
    return { kind: 'answer', answer: tellApp(status, `${host} is not reached: ${why}`) };
  };
  return {
    read: (head) => {
      if (head.method === 'CONNECT') {
        const destination = parseDestination(head.target, undefined);
        if (destination === undefined)
          return refuse(head.target, 'it is no host and port in their usual form');
        // The hub is spoken to in requests that are read, so that an app cannot speak for a proxy of the hub's.
        if (isHub(destination, start) && destination.port === HUB_PORT)
          return {
            kind: 'switch',
            policy: front?.hubPolicy(destination) ?? hubPolicy(outside, destination, start),
          };
        const served = front?.serve(destination);
        if (served !== undefined) return served;
        return { kind: 'tunnel', open: async () => await outside.open(destination) };
      }
      const errand = readErrand(head, start);
      if (errand === undefined || head.method === 'TRACE')
        return refuse(head.target.slice(0, 100), 'it is no address of plain HTTP in its usual form');
      if (front !== undefined) return front.forward(head, errand);
      return { kind: 'forward', websocket: false, ...forward(outside, errand.destination), ...errand };
    },
    present: presentErrand,
    fail: tellFailure,
  };
}

/** The rules of a connection that leads to the hub. */
function hubPolicy(outside: Outside, destination: Destination, start: Pick<DoorStart, 'hub'>): Policy {
  return {
    read: (head: RequestHead) => {
      const errand = readHubErrand(head, destination, start);
      if (errand === undefined || head.method === 'CONNECT' || head.method === 'TRACE')
        return { kind: 'answer', answer: tellFailure(400) };
      return { kind: 'forward', websocket: false, ...forward(outside, destination), ...errand };
    },
    present: presentErrand,
    fail: tellFailure,
  };
}

function forward(outside: Outside, destination: Destination) {
  return {
    key: `${destination.host}:${destination.port}`,
    open: async () => await outside.open(destination),
  };
}

/** What an app is told of a failure. */
export function tellFailure(failure: Failure): string {
  return tellApp(failure, WORDS[failure]);
}
