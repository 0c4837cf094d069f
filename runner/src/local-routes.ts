// What the kernel takes for this machine's own because a route says so, whether or not an interface lists it:
// `ip route add local 10.9.8.0/24 dev lo` makes every address of that network one under which this machine answers.
import { createReadStream } from 'node:fs';

/** Bytes of a table that are read; a hundred thousand routes are less. What is behind that is not seen. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Networks that doors are told of. */
const MOST_NETWORKS = 4_000;

/** The networks of local routes, as `address` or `address/length`. Throws what reading throws, but for tables that are not there. */
export async function localRoutes(): Promise<string[]> {
  const [four, six] = await Promise.all(['fib_trie', 'ipv6_route'].map(readTable));
  return [...new Set([...parseTrie(four ?? ''), ...parseRoutes6(six ?? '')])].slice(0, MOST_NETWORKS);
}

/**
 * Local networks in the text of `/proc/net/fib_trie`: an address in a line of its own, below it a line for each route to it. Pure. A
 * route for all addresses is left out: it stands in a table that marked packets are led to, as a transparent proxy has it.
 */
export function parseTrie(text: string): string[] {
  const found: string[] = [];
  let address = '';
  for (const line of text.split('\n')) {
    const leaf = /^\s*\|-- (\d{1,3}(?:\.\d{1,3}){3})$/.exec(line);
    if (leaf !== null) [, address = ''] = leaf;
    const [, length] = /^\s*\/(\d{1,2}) \w+ LOCAL\b/.exec(line) ?? [];
    if (length !== undefined && length !== '0' && address !== '') found.push(write(address, length, '32'));
  }
  return found;
}

/** Says in the flags of a route that its addresses are this machine's. */
const LOCAL = 0x8000_0000;

/** The same in the text of `/proc/net/ipv6_route`: a line for each route, all numbers in hexadecimal. Pure. */
export function parseRoutes6(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const [, digits = '', length = '', flags = ''] =
      /^([0-9a-f]{32}) ([0-9a-f]{2}) [0-9a-f]{32} [0-9a-f]{2} [0-9a-f]{32} (?:[0-9a-f]{8} ){3}([0-9a-f]{8})\s/.exec(
        line,
      ) ?? [];
    if (Number.parseInt(flags, 16) < LOCAL || flags === '' || length === '00') continue;
    const address = (digits.match(/.{4}/g) ?? []).join(':');
    found.push(write(address, String(Number.parseInt(length, 16)), '128'));
  }
  return found;
}

function write(address: string, length: string, whole: string): string {
  return length === whole ? address : `${address}/${length}`;
}

async function readTable(name: string): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    const table = createReadStream(`/proc/net/${name}`, { end: MOST_BYTES - 1 });
    for await (const piece of table) pieces.push(piece as Buffer);
  } catch (error) {
    // A kernel without IPv6 has no routes of it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return Buffer.concat(pieces).toString('latin1');
}
