// Turns the text of one variable into a value. Each parser throws an `Error` whose message completes "NAME …".
import { BlockList, isIP } from 'node:net';

/** A TCP port; 0 stands for any free one. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= 0 && port <= 65535)) throw new Error(`is not a port number: ${text}`);
  return port;
}

/** A literal address to listen on; `localhost` is 127.0.0.1. */
export function parseListenAddress(text: string): string {
  const address = text === 'localhost' ? '127.0.0.1' : text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0)
    throw new Error(`is not an IP address: ${text} (0.0.0.0 or :: listens on all of them)`);
  return address;
}

/** The origin of a public address: scheme, host and port, nothing else. */
export function parseOrigin(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new Error('is not an http or https address');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new Error('may have a scheme, a host and a port only: the hub lives at the root of its host');
  return url.origin;
}

/** A host name in lower case, without port. */
export function parseHostName(text: string): string {
  const name = text.toLowerCase();
  if (name.length > 253 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name))
    throw new Error(`is not a host name: ${text}`);
  return name;
}

/** One of a closed set of words. */
export function parseChoice<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw new Error(`is ${text}, and may be ${words.join(' or ')}`);
    return word;
  };
}

/** Addresses and networks (`10.0.0.0/8`), separated by commas. */
export function parseNetworks(text: string): string[] {
  const networks = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  for (const network of networks) requireNetwork(network);
  return networks;
}

function requireNetwork(network: string): void {
  const [address = '', prefix, ...more] = network.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) throw new Error(`has ${network}, which is no address and no network`);
  if (prefix === undefined) return;
  if (!/^\d{1,3}$/.test(prefix)) throw new Error(`has ${network}, whose prefix is no number`);
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
  } catch {
    throw new Error(`has ${network}, whose prefix is too long`);
  }
}

/** A PostgreSQL address with a host, a user and a database. */
export function parseDatabaseUrl(text: string): string {
  const url = URL.parse(text);
  // Never repeat the text: it holds a password.
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol))
    throw new Error('is not an address like postgres://user:password@host:5432/database');
  if (url.pathname.length < 2) throw new Error('names no database');
  if (url.username === '') throw new Error('names no user');
  return text;
}

/** Text as it is. */
export function parseText(text: string): string {
  return text;
}
