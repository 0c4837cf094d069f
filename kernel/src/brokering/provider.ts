// What is known of those who give out keys. Pure.
import { compilePattern, type BytePattern } from './byte-pattern.ts';
import type { Place } from './place.ts';

/**
 * What a route does beside its work: `mints` gives out another credential and `echoes` repeats the one it was asked with;
 * both are refused. `derives` gives out one that is short and bound, which work needs; it is recorded like any use.
 */
export type RouteKind = 'uses' | 'derives' | 'mints' | 'echoes';

/** A route as the ledger may know it: `{}` stands for one segment, `{*}` at the end for all that follow. */
export interface ProviderRoute {
  readonly kind: RouteKind;
  /** In capitals; `*`: any. */
  readonly method: string;
  readonly template: string;
  /** Its segments, without `{*}`: read once, as each request is compared with all of them. */
  readonly segments: readonly string[];
  /** It ends in `{*}`. */
  readonly open: boolean;
}

/** Whether a door can put a value in its place, and where; or why it cannot. */
export type Brokering =
  | { readonly kind: 'hosts'; readonly hosts: readonly string[]; readonly places: readonly Place[] }
  | { readonly kind: 'none'; readonly why: string };

/** Somebody who gives out keys. */
export interface Provider {
  readonly id: string;
  readonly title: string;
  /** Variables that usually hold such a key. */
  readonly names: readonly string[];
  /** How a key looks. None: it is known by its name alone. */
  readonly shapes: readonly RegExp[];
  /** The same, for bytes. */
  readonly patterns: readonly BytePattern[];
  /** Whether the name must be a usual one, too: for shapes that others have as well. */
  readonly byName: boolean;
  /** Beginnings that a placeholder keeps, the longest first. */
  readonly prefixes: readonly string[];
  readonly brokering: Brokering;
  readonly routes: readonly ProviderRoute[];
  /** A part of an answer may be asked for. */
  readonly ranges: boolean;
  /** What a leak of it needs: what to do, and where in the provider's pages. */
  readonly cleanUp: { readonly say: string; readonly where: string };
}

/** A provider as a table writes it. */
export type ProviderRow = Pick<Provider, 'id' | 'title' | 'names' | 'brokering'> &
  Partial<Pick<Provider, 'shapes' | 'byName' | 'prefixes' | 'ranges' | 'cleanUp'>> & {
    /** `KIND METHOD TEMPLATE`. */
    readonly routes?: readonly string[];
  };

const REVOKE = 'Revoke the key and make a new one';

/** A provider of its row. Throws a `TypeError` for a shape that is no pattern of bytes. */
export function provider(row: ProviderRow): Provider {
  const shapes = row.shapes ?? [];
  return {
    byName: shapes.length === 0,
    prefixes: [],
    ranges: false,
    cleanUp: { say: `${REVOKE}.`, where: `API keys in the settings of ${row.title}` },
    ...row,
    shapes,
    patterns: shapes.map(compilePattern),
    routes: (row.routes ?? []).map(readRoute),
  };
}

function readRoute(text: string): ProviderRoute {
  const [kind = '', method = '', template = ''] = text.split(' ');
  if (!isKind(kind) || !template.startsWith('/')) throw new TypeError(`${text} is no route`);
  const segments = template.split('/').slice(1);
  const open = segments.at(-1) === '{*}';
  return { kind, method, template, segments: open ? segments.slice(0, -1) : segments, open };
}

function isKind(text: string): text is RouteKind {
  return /^(?:uses|derives|mints|echoes)$/.test(text);
}

/** Brokering to exact hosts. */
export function to(hosts: readonly string[], ...places: readonly Place[]): Brokering {
  return { kind: 'hosts', hosts, places };
}

/** No brokering, and why. */
export function never(why: string): Brokering {
  return { kind: 'none', why };
}
