// Networks of addresses, as CIDR (RFC 4632, RFC 4291) writes them. Pure, and no name is ever looked up.

/** A network: the first bits of its addresses, of IPv4 or IPv6. */
export interface Network {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly prefix: number;
}

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const MAPPED = 0xffffn;

/** The network that a text writes (`192.0.2.0/24`, `2001:db8::/32`, or one address), or `undefined` for what is none. */
export function parseNetwork(text: string): Network | undefined {
  const [, written = '', length] = /^([0-9a-fA-F:.]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  // Of a mapped address the length counts from the front of IPv6, as it was written.
  const before = written.includes(':') && address.bits === 32 ? 96 : 0;
  const prefix = length === undefined ? address.bits : Number(length) - before;
  if (prefix < 0 || prefix > address.bits) return undefined;
  const rest = BigInt(address.bits - prefix);
  return { bits: address.bits, first: (address.value >> rest) << rest, prefix };
}

/**
 * The network that an address is of, for what is to stay the same when its provider gives a machine another: a /24 of IPv4,
 * a /48 of IPv6. What is no address is given back as it is.
 */
export function networkOf(text: string): string {
  const network = parseNetwork(text);
  if (network === undefined) return text.slice(0, 64);
  const prefix = network.bits === 32 ? 24 : 48;
  const rest = BigInt(network.bits - prefix);
  return formatNetwork({ bits: network.bits, first: (network.first >> rest) << rest, prefix });
}

/** The caller's address as it is counted: an IPv6 host has 2^64 addresses, so its network is what counts. */
export function countedAddress(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail = ''] = address.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const full = address.includes('::')
    ? [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
    : left;
  return `${full.slice(0, 4).join(':')}::/64`;
}

/**
 * The texts as which an address may have been written down: as it was asked for, as sockets show it, and as the network that is
 * counted. An IPv6 network that is counted is asked for in any spelling.
 */
export function spellingsOf(text: string): readonly string[] {
  const network = parseNetwork(text);
  if (network === undefined) return [text];
  const written = formatNetwork(network);
  const address = written.replace(/\/\d+$/, '');
  if (network.prefix === network.bits) return [...new Set([text, address, countedAddress(address)])];
  return network.bits === 128 && network.prefix === 64
    ? [...new Set([text, countedAddress(address)])]
    : [text];
}

/** A network in one way to write it, so that equal networks are equal texts. */
export function formatNetwork({ bits, first, prefix }: Network): string {
  if (bits === 32)
    return `${[24n, 16n, 8n, 0n].map((shift) => String((first >> shift) & 0xffn)).join('.')}/${prefix}`;
  const groups = Array.from({ length: 8 }, (_, at) => (first >> BigInt(16 * (7 - at))) & MAPPED);
  const text = groups.map((group) => group.toString(16)).join(':');
  // The longest run of zeroes in short, as RFC 5952 asks; one zero alone stays.
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)];
  const [longest] = runs.toSorted((a, b) => b[0].length - a[0].length);
  if (longest === undefined) return `${text}/${prefix}`;
  const head = text.slice(0, longest.index).replace(/:$/, '');
  const tail = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${head}::${tail}/${prefix}`;
}

/** Whether an address, as a connection names it, is in a network. What is no address is in none. */
export function networkHolds({ bits, first, prefix }: Network, text: string): boolean {
  const address = parseAddress(text);
  if (address?.bits !== bits) return false;
  const rest = BigInt(bits - prefix);
  return address.value >> rest === first >> rest;
}

// A zone (`fe80::1%eth0`) says which line an address is on, and is no part of it. An IPv4 address that a socket shows as
// a mapped one (`::ffff:192.0.2.1`) is that IPv4 address: written one way and met the other, it must be the same.
function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/%[\w.-]+$/, '');
  if (!bare.includes(':')) return parseDotted(bare);
  const value = parseGroups(bare);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function parseDotted(text: string): Address | undefined {
  const parts = text.split('.');
  // No leading zeroes: some read them as octal.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseGroups(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const four = parseDotted(dotted[2] ?? '');
    if (four === undefined) return undefined;
    const low = [four.value >> 16n, four.value & MAPPED].map((group) => group.toString(16));
    return parseGroups(`${dotted[1] ?? ''}${low.join(':')}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const left = 8 - head.length - tail.length;
  if (halves.length === 2 ? left < 1 : left !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: left }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
