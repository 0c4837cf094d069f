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
const STRICTNESS: Readonly<Record<RouteKind, number>> = { uses: 1, derives: 2, echoes: 3, mints: 4 };

/** Whether requests on it are refused. */
export function isRefusedRoute({ kind }: FoundRoute): boolean {
  return REFUSED.has(kind);
}

/** Finds the route of a method and a path, which has no query. Of several providers the strictest says what it does. */
export function findRoute(providers: readonly Provider[], method: string, path: string): FoundRoute {
  const spellings = spellingsOf(path);
  return providers
    .map(({ routes }) => findAmong(routes, method, spellings))
    .reduce((before, found) => (strictnessOf(found) > strictnessOf(before) ? found : before), UNKNOWN);
}

function strictnessOf(found: FoundRoute): number {
  return found === UNKNOWN ? 0 : STRICTNESS[found.kind];
}

interface Spellings {
  readonly asWritten: readonly string[];
  /** A server may take `%2F` for a slash or for a letter. */
  readonly asReadBySome: readonly (readonly string[])[];
}

function spellingsOf(path: string): Spellings {
  const unescaped = unescape(path);
  return {
    asWritten: path.split('/').slice(1),
    asReadBySome: (unescaped === path ? [path] : [unescaped, path]).map(segmentsOf),
  };
}

function findAmong(
  routes: readonly ProviderRoute[],
  method: string,
  { asWritten, asReadBySome }: Spellings,
): FoundRoute {
  // Letters of both cases are the same to some.
  const refused = routes.find(
    (route) =>
      REFUSED.has(route.kind) &&
      isFor(route, method) &&
      asReadBySome.some((segments) => isOn(route, segments, true)),
  );
  const found = refused ?? routes.find((route) => isFor(route, method) && isOn(route, asWritten, false));
  return found === undefined ? UNKNOWN : { template: found.template, kind: found.kind };
}

// GET stands for HEAD, too: some servers answer both.
function isFor(route: ProviderRoute, method: string): boolean {
  return route.method === '*' || route.method === method || (route.method === 'GET' && method === 'HEAD');
}

function isOn(
  { segments: wanted, open }: ProviderRoute,
  segments: readonly string[],
  loosely: boolean,
): boolean {
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false;
  return wanted.every((part, at) => part === '{}' || isSame(part, String(segments[at]), loosely));
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
