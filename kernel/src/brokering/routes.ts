// Which route of a provider a request is on. Pure. What is refused must not pass by another spelling of the same path.
import type { Provider, ProviderRoute, RouteKind } from './provider.ts';

/** What the ledger may know of it, and what it does. */
export interface FoundRoute {
  readonly template: string;
  readonly kind: RouteKind;
}

/** No route that the table knows. */
const UNKNOWN: FoundRoute = { template: '*', kind: 'uses' };
const MOST_ROUNDS = 3;
const REFUSED: ReadonlySet<RouteKind> = new Set(['mints', 'echoes']);

/** Whether requests on it are refused. */
export function isRefusedRoute({ kind }: FoundRoute): boolean {
  return REFUSED.has(kind);
}

/** Finds the route of a method and a path, which has no query. */
export function findRoute(provider: Provider | undefined, method: string, path: string): FoundRoute {
  const routes = provider?.routes ?? [];
  const asWritten = path.split('/').slice(1);
  const asReadBySome = segmentsOf(unescape(path));
  // A server may take `%2F` for a slash or for a letter, and letters of both cases for the same.
  const refused = routes.find(
    (route) =>
      REFUSED.has(route.kind) &&
      isFor(route, method) &&
      [asReadBySome, segmentsOf(path)].some((segments) => isOn(route, segments, true)),
  );
  if (refused !== undefined) return { template: refused.template, kind: refused.kind };
  const found = routes.find((route) => isFor(route, method) && isOn(route, asWritten, false));
  return found === undefined ? UNKNOWN : { template: found.template, kind: found.kind };
}

// GET stands for HEAD, too: some servers answer both.
function isFor(route: ProviderRoute, method: string): boolean {
  return route.method === '*' || route.method === method || (route.method === 'GET' && method === 'HEAD');
}

function isOn(route: ProviderRoute, segments: readonly string[], loosely: boolean): boolean {
  const wanted = route.template.split('/').slice(1);
  const open = wanted.at(-1) === '{*}';
  const fixed = open ? wanted.slice(0, -1) : wanted;
  if (open ? segments.length < fixed.length : segments.length !== fixed.length) return false;
  return fixed.every(
    (part, at) => part === '{}' || isSame(part, segments.slice(at, at + 1).join(''), loosely),
  );
}

function isSame(part: string, segment: string, loosely: boolean): boolean {
  return loosely ? part.toLowerCase() === segment.toLowerCase() : part === segment;
}

function unescape(path: string): string {
  let read = path;
  for (let round = 0; round < MOST_ROUNDS && read.includes('%'); round += 1)
    read = read.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
  return read;
}

/** Segments as a lenient server reads them: without empty ones, dots, parameters, and what follows a sign for the end. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const part of path
    .replaceAll('\\', '/')
    .split(/[?#\0]/, 1)
    .join('')
    .split('/')) {
    const segment = part.split(';', 1).join('').trim();
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}
