// Finds the host that a request asks for, in the first bytes of a connection. Pure.

const LONGEST_HEAD = 32_768;
const HOST_NAME = /^[A-Za-z0-9._-]{1,253}$/;

/** A host, or that there is none to be found, or that more bytes are needed to tell. */
export type RequestHost =
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'none' | 'more' };

/** Reads the head of a request. Two hosts are none: who reads on might take the other. */
export function findHost(bytes: Buffer): RequestHost {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return { kind: bytes.length > LONGEST_HEAD ? 'none' : 'more' };
  const lines = bytes.toString('latin1', 0, Math.min(end, LONGEST_HEAD)).split('\r\n').slice(1);
  const hosts = lines.filter((line) => /^host[ \t]*:/i.test(line));
  const written = hosts[0]?.slice(hosts[0].indexOf(':') + 1).trim();
  if (hosts.length !== 1 || written === undefined) return { kind: 'none' };
  const name = withoutPort(written);
  return isHostName(name) ? { kind: 'name', name } : { kind: 'none' };
}

/** Whether a text can be a host's name or an address; nothing else may be put into a line of a request. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text) || /^\[[0-9A-Fa-f:.]{2,45}\]$/.test(text);
}

function withoutPort(written: string): string {
  return written.replace(/:\d{0,5}$/, '');
}
