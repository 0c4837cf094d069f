// Whom an app wants to reach, and whether it may. Pure, and decided before any name is resolved: a question to the resolver is itself
// a way out.
import { parseAddress } from './addresses.ts';
import type { DoorStart } from './frames.ts';

/** A host and a port of the outside. */
export interface Destination {
  readonly kind: 'name' | 'address';
  /** In lower case, without a dot at the end and without brackets. */
  readonly host: string;
  readonly port: number;
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+${LABEL}$`);
/** What readers of addresses take for a number: as the last label it makes the whole name an address to some. */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;
const AUTHORITY = /^(\[[0-9A-Fa-f:.]{2,45}\]|[^:[\]@/?#\s]{1,254})(?::(\d{1,5}))?$/;
/** Names that mean something near, whatever a resolver says. */
const NEAR = /(?:^|\.)(?:localhost|local|internal|home\.arpa|onion|invalid)$/;

/** Reads `host:port`; `undefined` for what is neither a name nor an address in its usual form. */
export function parseDestination(
  authority: string,
  defaultPort: number | undefined,
): Destination | undefined {
  const [, written, digits] = AUTHORITY.exec(authority) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  if (written === undefined || port === undefined || port < 1 || port > 65_535) return undefined;
  const host = written.toLowerCase().replace(/^\[|\]$/g, '');
  if (written.startsWith('[') || parseAddress(host) !== undefined) {
    const version = parseAddress(host)?.version;
    // Brackets are for IPv6, and IPv6 is in brackets.
    return version === (written.startsWith('[') ? 6 : 4) ? { kind: 'address', host, port } : undefined;
  }
  const name = host.replace(/\.$/, '');
  if (!NAME.test(name) || NUMBER.test(name.slice(name.lastIndexOf('.') + 1))) return undefined;
  return { kind: 'name', host: name, port };
}

/** Whether that is the hub, under the name that it has here. */
export function isHub({ kind, host }: Destination, { hub }: Pick<DoorStart, 'hub'>): boolean {
  return kind === 'name' && host === hub.name;
}

/** The port on which the hub is reached under that name. */
export const HUB_PORT = 80;

/** What a request proves to whom it goes to: to the hub for which run it comes, to all others nothing. */
export function proofFor(destination: Destination, { hub }: Pick<DoorStart, 'hub'>): string | undefined {
  return isHub(destination, { hub }) && destination.port === HUB_PORT ? (hub.proof ?? undefined) : undefined;
}

/** Why a destination may not be reached, before anybody is asked where it is; `undefined` when it may. */
export function refusalOfDestination(
  { kind, host, port }: Destination,
  { egress, ports, hub }: Pick<DoorStart, 'egress' | 'ports' | 'hub'>,
): string | undefined {
  // Whatever it leads to at this moment: there an app would pass for a visitor.
  if (kind === 'name' && host === hub.publicName)
    return `it is the public name of the hub, which apps reach as ${hub.name}`;
  if (egress.kind === 'closed') return 'this Space reaches nothing outside';
  if (egress.kind === 'list' && !egress.hosts.includes(host))
    return 'it is not among the hosts of this Space';
  if (!ports.includes(port)) return `port ${port} is not among those that are reached`;
  if (kind === 'name' && NEAR.test(host)) return 'the name is of something near';
  return undefined;
}
