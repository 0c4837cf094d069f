// What the kernel takes for this machine's own because a route says so, whether or not an interface lists it:
// `ip route add local 10.9.8.0/24 dev lo` makes every address of that network one under which this machine answers.
import { createReadStream } from 'node:fs';

/** Bytes of a table that are read; a hundred thousand routes are less. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Networks of each family that doors are told of. */
const MOST_NETWORKS = 4_000;
/** Shorter ones stand in tables that marked packets are led to, as transparent proxies have them: they are no addresses of ours. */
const BROAD_4 = 8;
const BROAD_6 = 16;

/** What is in a table. */
export interface Routes {
  /** As `address` or `address/length`. */
  readonly networks: readonly string[];
  /** Those that say that they are local and are not taken for this machine's. */
  readonly broad: readonly string[];
}

/** What this machine has by its routes. */
export interface LocalRoutes {
  /** As `address` or `address/length`. */
  readonly networks: string[];
  /** Sentences about what is not among them, the same ones as long as it is so. */
  readonly problems: string[];
}

/** The text of a table of `/proc/net`; `undefined` where the kernel has none. */
export type ReadTable = (name: string) => Promise<{ text: string; isCut: boolean } | undefined>;

/** The networks of local routes. Throws what reading throws, but for tables that are not there. */
export async function localRoutes(read: ReadTable = readTable): Promise<LocalRoutes> {
  const [four, six] = await Promise.all([read('fib_trie'), read('ipv6_route')]);
  const problems: string[] = [];
  // Without IPv6 there are no routes of it. Without the other, what interfaces list is all that is known.
  if (four === undefined)
    problems.push('/proc/net/fib_trie is missing: apps are kept from addresses of interfaces alone');
  const networks = [
    ...take(parseTrie(four?.text ?? ''), { name: 'fib_trie', isCut: four?.isCut, problems }),
    ...take(parseRoutes6(six?.text ?? ''), { name: 'ipv6_route', isCut: six?.isCut, problems }),
  ];
  return { networks, problems };
}

interface Table {
  readonly name: string;
  readonly isCut: boolean | undefined;
  readonly problems: string[];
}

function take({ networks, broad }: Routes, { name, isCut, problems }: Table): string[] {
  const all = [...new Set(networks)];
  if (isCut === true || all.length > MOST_NETWORKS)
    problems.push(
      `/proc/net/${name} is too long: apps may reach addresses that local routes behind its start name`,
    );
  if (broad.length > 0)
    problems.push(
      `/proc/net/${name} has local routes too broad for addresses of this machine; apps may reach them`,
    );
  return all.slice(0, MOST_NETWORKS);
}

/**
 * Local networks in the text of `/proc/net/fib_trie`: an address in a line of its own, below it a line for each route to it. Pure. A
 * route for all addresses is left out in every table, and a broad one in those that are neither `Main` nor `Local`.
 */
export function parseTrie(text: string): Routes {
  const [networks, broad]: [string[], string[]] = [[], []];
  let [address, isUsual] = ['', false];
  for (const line of text.split('\n')) {
    if (/^\S.*:$/.test(line)) [address, isUsual] = ['', line === 'Main:' || line === 'Local:'];
    const leaf = /^\s*\|-- (\d{1,3}(?:\.\d{1,3}){3})$/.exec(line);
    if (leaf !== null) [, address = ''] = leaf;
    // A scope without a name is written as `scope=7`.
    const [, length] = /^\s*\/(\d{1,2}) \S+ LOCAL\b/.exec(line) ?? [];
    if (length === undefined || address === '') continue;
    const isBroad = length === '0' || (!isUsual && Number(length) < BROAD_4);
    (isBroad ? broad : networks).push(write(address, length, '32'));
  }
  return { networks, broad };
}

/** Says in the flags of a route that its addresses are this machine's. */
const LOCAL = 0x8000_0000;

/** The same in the text of `/proc/net/ipv6_route`: a line for each route, all numbers in hexadecimal, and no word of its table. Pure. */
export function parseRoutes6(text: string): Routes {
  const [networks, broad]: [string[], string[]] = [[], []];
  for (const line of text.split('\n')) {
    const [, digits = '', hex = '', flags = ''] =
      /^([0-9a-f]{32}) ([0-9a-f]{2}) [0-9a-f]{32} [0-9a-f]{2} [0-9a-f]{32} (?:[0-9a-f]{8} ){3}([0-9a-f]{8})\s/.exec(
        line,
      ) ?? [];
    if (Number.parseInt(flags, 16) < LOCAL || flags === '') continue;
    const address = (digits.match(/.{4}/g) ?? []).join(':');
    const length = Number.parseInt(hex, 16);
    (length < BROAD_6 ? broad : networks).push(write(address, String(length), '128'));
  }
  return { networks, broad };
}

function write(address: string, length: string, whole: string): string {
  return length === whole ? address : `${address}/${length}`;
}

async function readTable(name: string): ReturnType<ReadTable> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of createReadStream(`/proc/net/${name}`, { end: MOST_BYTES })) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return { text: Buffer.concat(pieces).toString('latin1'), isCut: bytes > MOST_BYTES };
}
