// Where the hub is for a caller: the operator's address, or a loopback name with our port. A Host that is neither is
// refused, so that a name which an attacker points at this machine (DNS rebinding) reaches nothing.
import { hostRefused, pagesElsewhere } from './faults.ts';
import { type Access } from './route.ts';

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * How programs of Spaces call the hub. Safe to answer: the top-level domain is reserved for private use, so that nobody outside
 * can have a name below it lead here, and within a sandbox its door alone decides where it leads. Somebody who rules the
 * names of a network could point a browser here by it; that would reach no more than an anonymous caller does, because
 * no cookie is kept for this name and it has no pages. An app that could send the form for signing in would come from the address from
 * which people of the machine come, and use up for all of them what may be tried from there.
 */
const FROM_SANDBOXES = 'hub.holdfast.internal';

/** What decides which hosts are ours. */
export interface PublicAddress {
  readonly publicUrl: string | null;
  readonly port: number;
}

/** Whether a program of a Space calls, by the name that leads to the hub within sandboxes. Its address is its machine's. */
export function isFromSandbox(host: string | undefined): boolean {
  return host === FROM_SANDBOXES;
}

/**
 * The base URL for a request with this Host header to a route with this access, without a slash at the end. Throws `request.host-refused`
 * and `request.pages-elsewhere`.
 */
export function baseUrlFor(address: PublicAddress, host: string | undefined, access: Access): string {
  const name = host ?? '';
  if (address.publicUrl !== null && name.toLowerCase() === new URL(address.publicUrl).host)
    return address.publicUrl.replace(/\/+$/, '');
  if (isFromSandbox(host)) {
    if (access === 'page') throw pagesElsewhere(name);
    return `http://${name}`;
  }
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(name);
  const [, hostname = '', port = '80'] = match ?? [];
  if (!LOOPBACK.test(hostname.toLowerCase()) || Number(port) !== address.port)
    throw hostRefused(name.slice(0, 200));
  return `http://${name}`;
}
