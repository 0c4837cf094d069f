// Where the hub is for a caller: the operator's address, or a loopback name with our port. A Host that is neither is
// refused, so that a name which an attacker points at this machine (DNS rebinding) reaches nothing.
import { hostRefused } from './faults.ts';

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** What decides which hosts are ours. */
export interface PublicAddress {
  readonly publicUrl: string | null;
  readonly port: number;
}

/** The base URL for a request with this Host header, without a slash at the end. Throws `request.host-refused`. */
export function baseUrlFor(address: PublicAddress, host: string | undefined): string {
  const name = host ?? '';
  if (address.publicUrl !== null && name.toLowerCase() === new URL(address.publicUrl).host)
    return address.publicUrl.replace(/\/+$/, '');
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(name);
  const [, hostname = '', port = '80'] = match ?? [];
  if (!LOOPBACK.test(hostname.toLowerCase()) || Number(port) !== address.port)
    throw hostRefused(name.slice(0, 200));
  return `http://${name}`;
}
