// Which addresses of the outside may be reached. Pure. Allowed is what is global and is one machine's, minus what leads elsewhere:
// lists of what is forbidden let translated, mapped and forgotten ranges through.
import { networkHolds, parseNetwork, type Network } from '@holdfast/kernel/network';

interface Range {
  readonly text: string;
  readonly network: Network;
  readonly what: string;
}

function range(text: string, what: string): Range {
  const network = parseNetwork(text);
  if (network === undefined) throw new TypeError(`${text} is no network`);
  return { text, network, what };
}

/** Of IPv4 everything is allowed but these (RFC 6890 and the IANA registry of special addresses). */
const REFUSED_4: readonly Range[] = [
  range('0.0.0.0/8', 'this network'),
  range('10.0.0.0/8', 'private'),
  range('100.64.0.0/10', 'shared behind a provider'),
  range('127.0.0.0/8', 'loopback'),
  range('168.63.129.16/32', "a cloud's own"),
  range('169.254.0.0/16', 'link-local'),
  range('172.16.0.0/12', 'private'),
  range('192.0.0.0/24', 'reserved for protocols'),
  range('192.0.2.0/24', 'documentation'),
  range('192.31.196.0/24', 'reserved for protocols'),
  range('192.52.193.0/24', 'reserved for protocols'),
  range('192.88.99.0/24', 'translation'),
  range('192.168.0.0/16', 'private'),
  range('192.175.48.0/24', 'reserved for protocols'),
  range('198.18.0.0/15', 'benchmarks'),
  range('198.51.100.0/24', 'documentation'),
  range('203.0.113.0/24', 'documentation'),
  range('224.0.0.0/4', 'multicast'),
  range('240.0.0.0/4', 'reserved'),
];

/** Of IPv6 only this is allowed: it leaves out loopback, mapped and translated IPv4, link-, site- and unique-local, and multicast. */
const GLOBAL_6 = range('2000::/3', 'global').network;

/** And of that not these. */
const REFUSED_6: readonly Range[] = [
  range('2001::/23', 'reserved for protocols'), // Teredo, ORCHID, benchmarks
  range('2001:db8::/32', 'documentation'),
  range('2002::/16', 'translation'), // 6to4: an IPv4 address inside
  range('2620:4f:8000::/48', 'reserved for protocols'),
  range('3fff::/20', 'documentation'),
];

/** The ranges that are refused, and what each is: of IPv4 these, of IPv6 all but `2000::/3` and of that these. */
export function listRefusedRanges(): { readonly range: string; readonly what: string }[] {
  return [...REFUSED_4, ...REFUSED_6].map(({ text, what }) => ({ range: text, what }));
}

/** The address, when a text writes one in the one way that is read: dotted decimal, or IPv6 without a zone. */
export function parseAddress(text: string): { readonly version: 4 | 6 } | undefined {
  const network = /[/]/.test(text) ? undefined : parseNetwork(text);
  return network && { version: text.includes(':') ? 6 : 4 };
}

/** Why an address may not be reached; `undefined` for one that may. */
export function refusalOfAddress(text: string, own: readonly Network[]): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return 'it is no address';
  if (own.some((network) => networkHolds(network, text))) return "it is this machine's own";
  if (address.version === 4) return describe(REFUSED_4.find(({ network }) => networkHolds(network, text)));
  // An IPv4 address in the clothes of IPv6 is of none of its networks.
  if (!networkHolds(GLOBAL_6, text)) return 'it is not global';
  return describe(REFUSED_6.find(({ network }) => networkHolds(network, text)));
}

function describe(found: Range | undefined): string | undefined {
  return found && `it is ${found.what}`;
}
