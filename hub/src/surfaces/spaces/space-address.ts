// Where Spaces are: each on an origin of its own, so that what one runs in a browser can neither act as the hub nor read
// another's storage. Pure.
import { isLabel } from '#modules/spaces';

/** The origin of the Space with this label, for a caller who reaches the hub at this base URL. */
export function originOf(
  label: string,
  at: { readonly spacesHost: string; readonly baseUrl: string },
): string {
  const { protocol, port } = new URL(at.baseUrl);
  return `${protocol}//${label}.${at.spacesHost}${port === '' ? '' : `:${port}`}`;
}

/** The label in a Host header; `undefined` where that is not the host of a Space. */
export function labelIn(host: string | undefined, spacesHost: string): string | undefined {
  const [, name = '', port = '80'] = /^([^:]*)(?::(\d{1,5}))?$/.exec((host ?? '').toLowerCase()) ?? [];
  if (Number(port) > 65_535) return undefined;
  if (!name.endsWith(`.${spacesHost.toLowerCase()}`)) return undefined;
  const label = name.slice(0, -spacesHost.length - 1);
  return isLabel(label) ? label : undefined;
}
