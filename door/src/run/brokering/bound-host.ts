// Requests to a host that a secret is bound to: each is read, judged, given the value where it belongs, and written anew.
import { findProvider } from '@holdfast/kernel/brokering/providers';
import { tellApp } from '../answers.ts';
import { asksForWebSocket, presentErrand, writeErrand } from '../errand.ts';
import { valuesOf, type Field, type RequestHead } from '../http/head.ts';
import type { Opened, Plan, Policy, Watch } from '../http/policy.ts';
import type { BrokeredSecret, Route } from '../lease.ts';
import { digestOfPayload, isSignedWith, namesSigned, signAgain, signatureIn } from './aws-signature.ts';
import type { Broker } from './broker.ts';
import { wantedOf } from './forms.ts';
import { readInjection, type Reading } from './injection.ts';
import { Search } from './search.ts';
import { RequestWatch, tellMisplaced } from './watch.ts';

/** A host, and how it is reached. */
export interface BoundHost {
  readonly broker: Broker;
  readonly host: string;
  readonly port: number;
  /** For the hub: for which run it is asked. */
  readonly proof: string | undefined;
  readonly open: () => Promise<Opened>;
  readonly refused: (host: string, why: string) => void;
  readonly fail: Policy['fail'];
}

type Judged = Extract<Reading, { kind: 'plain' | 'inject' | 'sign' }>;

/** A body up to this size is read before anything goes on, so that a refusal leaves nothing half said. */
const SMALL_BODY = 65_536;
/** A payload that must be read to be signed. */
const SIGNED_BODY = 16 * 1024 * 1024;
/** Fields by which a host could be made to answer in pieces or in forms in which a value is not seen. Those that are signed stay. */
const ENCODINGS: ReadonlySet<string> = new Set(['accept-encoding', 'sec-websocket-extensions']);
const RANGES: ReadonlySet<string> = new Set(['range', 'if-range']);

/** The rules of a connection to a bound host. */
export function boundHostPolicy(bound: BoundHost): Policy {
  return { read: (head) => read(bound, head), present: presentErrand, fail: bound.fail };
}

function read(bound: BoundHost, head: RequestHead): Plan {
  const { broker, host, port } = bound;
  const reading = readInjection(head, { host, port, secrets: broker.secrets, search: broker.placeholders });
  if (reading.kind === 'refused') return refuse(bound, reading.status, reading.why);
  if (reading.kind === 'misplaced') {
    broker.misplaced(reading.version, host, reading.where);
    return { kind: 'answer', answer: tellMisplaced(reading.where) };
  }
  const expects = valuesOf(head.fields, 'expect').length > 0;
  const most = bodyToRead(head, reading, expects);
  return {
    kind: 'wait',
    most,
    long: tellApp(413, `a body that must be signed may have ${SIGNED_BODY} bytes`),
    expects: expects && most !== undefined,
    decide: (content) => decide(bound, head, reading, content),
  };
}

function refuse({ host, refused }: BoundHost, status: number, why: string): Plan {
  refused(host, why);
  return { kind: 'answer', answer: tellApp(status, `${host} was not asked: ${why}`) };
}

function bodyToRead({ fields }: RequestHead, reading: Judged, expects: boolean): number | undefined {
  if (reading.kind === 'sign' && reading.signed.payload === undefined) return SIGNED_BODY;
  const [length] = valuesOf(fields, 'content-length');
  return length !== undefined && Number(length) <= SMALL_BODY && !expects ? SMALL_BODY : undefined;
}

// oxlint-disable-next-line max-params -- a request: where to, its head, what was read in it, and its body
function decide(bound: BoundHost, head: RequestHead, reading: Judged, content: Buffer): Plan | Promise<Plan> {
  const { broker, host } = bound;
  const version = broker.placeholders.findIn(content);
  if (version !== undefined) {
    broker.misplaced(version, host, 'body');
    return { kind: 'answer', answer: tellMisplaced('body') };
  }
  if (reading.kind === 'plain') return forward(bound, head, undefined);
  const secret = reading.kind === 'inject' ? reading.secret : findSigner(bound, head, reading, content);
  if (secret === undefined)
    return refuse(bound, 403, 'it is signed with another key than the one in place of a secret');
  const permit = broker.leases.use(secret.version, reading.route);
  const finish = (granted: Awaited<typeof permit>): Plan => {
    if (granted.kind === 'refused')
      return refuse(bound, 403, `the secret ${secret.name} is not used: ${granted.why}`);
    const { value } = granted.secret;
    if (reading.kind === 'inject')
      return forward(bound, reading.write(value), { secret, route: reading.route, isSent: false });
    const payload = reading.signed.payload ?? digestOfPayload(content);
    const signed = signAgain(head, reading.signed, { key: value, payload });
    return forward(bound, signed, {
      ...{ secret, route: reading.route, signs: namesSigned(reading.signed), isSent: false },
      made: new Search(wantedOf(secret.version, Buffer.from(signatureIn(signed), 'latin1'))),
    });
  };
  return permit instanceof Promise ? permit.then(finish) : finish(permit);
}

// oxlint-disable-next-line max-params -- where to, a head, what was read in it, and a body
function findSigner(
  { broker, host }: BoundHost,
  head: RequestHead,
  { signed }: Extract<Reading, { kind: 'sign' }>,
  content: Buffer,
): BrokeredSecret | undefined {
  const payload = signed.payload ?? digestOfPayload(content);
  return broker.secrets.find(
    ({ hosts, places, placeholder }) =>
      hosts.includes(host) &&
      places.some(
        (place) => place.in === 'aws-signature' && [signed.accessKeyId, ''].includes(place.accessKeyId),
      ) &&
      isSignedWith(head, signed, { key: Buffer.from(placeholder, 'latin1'), payload }),
  );
}

interface Used {
  readonly secret: BrokeredSecret;
  readonly route: Route;
  /** The value itself is not in the request: it signs the fields with these names, which nobody may change. */
  readonly signs?: ReadonlySet<string>;
  /** Finds the signature. */
  readonly made?: Search;
  /** The request has left once. */
  isSent: boolean;
}

function forward(bound: BoundHost, head: RequestHead, used: Used | undefined): Plan {
  const { host, port, proof } = bound;
  const websocket = asksForWebSocket(head);
  const shown = { ...head, fields: withoutForms(head.fields, used) };
  const { lines, closes } = writeErrand(shown, shown.target, {
    host: isUsual(port) ? host : `${host}:${port}`,
    proof,
  });
  return {
    kind: 'forward',
    key: `${host}:${port}`,
    open: async () => await openFor(bound, used),
    lines: websocket ? `${lines}Connection: Upgrade\r\nUpgrade: websocket\r\n` : lines,
    websocket,
    closes,
    watch: watchOf(bound, head, used),
  };
}

// It may be opened once more for the same request: the connection that it left by had just been closed, or its right has ended.
async function openFor({ broker, host, open }: BoundHost, used: Used | undefined): Promise<Opened> {
  const { leases } = broker;
  if (used === undefined) return await open();
  const { version } = used.secret;
  // The value is shown once more, which is another use.
  const permit = used.isSent ? await leases.use(version, used.route) : undefined;
  const mayOpen = permit === undefined ? leases.mayGoOn(version) : permit.kind === 'granted';
  return mayOpen ? await open() : { kind: 'refused', answer: tellEnded(host) };
}

function tellEnded(host: string): string {
  return tellApp(403, `${host} was not asked: the secret is not used any more`);
}

function isUsual(port: number): boolean {
  return port === 80 || port === 443;
}

function withoutForms(fields: readonly Field[], used: Used | undefined): readonly Field[] {
  const ranges = used === undefined || findProvider(used.secret.provider)?.ranges === true;
  const isSigned = (name: string): boolean => used?.signs?.has(name) === true;
  const left = fields.filter(
    ({ name }) => isSigned(name) || (!ENCODINGS.has(name) && (ranges || !RANGES.has(name))),
  );
  return isSigned('accept-encoding')
    ? left
    : [...left, { name: 'accept-encoding', written: 'Accept-Encoding', value: 'identity' }];
}

function watchOf(
  { broker, host, refused }: BoundHost,
  { method }: RequestHead,
  used: Used | undefined,
): Watch {
  const route = used?.route ?? { host, method, template: '*' };
  return new RequestWatch({
    host,
    bodiless: method === 'HEAD',
    placeholders: broker.placeholders,
    values: broker.values,
    made: used?.made,
    mayBeEncoded: used?.signs !== undefined,
    misplaced: (version, where) => {
      broker.misplaced(version, host, where);
    },
    echoed: (version) => {
      broker.echoed(version, route);
    },
    repeated: () => {
      refused(host, 'its answer repeated the signature that was made with a secret');
    },
    leave: (socket) => {
      if (used === undefined) return undefined;
      used.isSent = true;
      return broker.leases.carry(used.secret.version, socket) ? undefined : tellEnded(host);
    },
  });
}
