// Which route of a provider a request is on. Pure. What is refused must not pass by another spelling of the same path or method.
import type { Provider, ProviderRoute, RouteKind } from './provider.ts';
import { spellingsOf, type Spellings } from './spellings.ts';

/** What the ledger may know of it, and what it does. */
export interface FoundRoute {
  readonly template: string;
  readonly kind: RouteKind;
}

/** No route that the table knows. */
const UNKNOWN: FoundRoute = { template: '*', kind: 'uses' };
const REFUSED: ReadonlySet<RouteKind> = new Set(['mints', 'echoes']);
const STRICTNESS: Readonly<Record<RouteKind, number>> = { uses: 1, derives: 2, echoes: 3, mints: 4 };

/** Whether requests on it are refused. */
export function isRefusedRoute({ kind }: FoundRoute): boolean {
  return REFUSED.has(kind);
}

/**
 * Finds the route of a method and a path, which has no query. Of several, and of several providers, the strictest says what it
 * does.
 *
 * @param method `*`: any, where a request may name another one than its own.
 */
export function findRoute(providers: readonly Provider[], method: string, path: string): FoundRoute {
  const spellings = spellingsOf(path);
  let found: { readonly route: FoundRoute; readonly strictness: number } = { route: UNKNOWN, strictness: 0 };
  for (const { routes } of providers)
    for (const route of routes) {
      const strictness = STRICTNESS[route.kind];
      if (strictness > found.strictness && isFor(route, method) && isAmong(route, spellings))
        found = { route, strictness };
    }
  return { template: found.route.template, kind: found.route.kind };
}

// GET stands for HEAD, too: some servers answer both. And a POST may name another method in its form, which is not read here
// (`_method` of Rails, Laravel and their like): what is refused by any method is refused by POST.
function isFor(route: ProviderRoute, method: string): boolean {
  return (
    route.method === '*' ||
    method === '*' ||
    route.method === method ||
    (route.method === 'GET' && method === 'HEAD') ||
    (method === 'POST' && REFUSED.has(route.kind))
  );
}

function isAmong(route: ProviderRoute, { asWritten, asReadBySome }: Spellings): boolean {
  return REFUSED.has(route.kind)
    ? asReadBySome.some((segments) => isOn(route, segments, isAlike))
    : isOn(route, asWritten, isSame);
}

type Compare = (part: string, segment: string, isLast: boolean) => boolean;

function isOn(
  { segments: wanted, open }: ProviderRoute,
  segments: readonly string[],
  compare: Compare,
): boolean {
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false;
  return wanted.every(
    (part, at) => part === '{}' || compare(part, String(segments[at]), at === segments.length - 1),
  );
}

function isSame(part: string, segment: string): boolean {
  return part === segment;
}

// Letters of both cases are the same to some. After the last segment many take a format (`variables.json` is `variables` to Rails
// and Grape), or a slash that was escaped.
function isAlike(part: string, segment: string, isLast: boolean): boolean {
  if (part === segment || segment.length < part.length) return part === segment;
  const [wanted, read] = [part.toLowerCase(), segment.toLowerCase()];
  return wanted === read || (isLast && (read.startsWith(`${wanted}.`) || read.startsWith(`${wanted}/`)));
}
