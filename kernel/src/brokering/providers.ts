// The table of those who give out keys: how a key looks, where it may go, and what must not be asked with it. Pure, and data.
// A wrong host here would send keys to strangers: hosts are exact, and from the providers' own documents.
import { CODE_PROVIDERS } from './code-providers.ts';
import { HUB_PROVIDERS } from './hub-providers.ts';
import { MODEL_PROVIDERS } from './model-providers.ts';
import { SERVICE_PROVIDERS } from './service-providers.ts';
import { UNBROKERABLE_PROVIDERS } from './unbrokerable-providers.ts';
import type { Provider } from './provider.ts';

export type { Brokering, Provider, ProviderRoute, RouteKind } from './provider.ts';

/** All of them. Where two have the same shape, the first that knows the value wins. */
export const PROVIDERS: readonly Provider[] = [
  ...HUB_PROVIDERS,
  ...MODEL_PROVIDERS,
  ...CODE_PROVIDERS,
  ...SERVICE_PROVIDERS,
  ...UNBROKERABLE_PROVIDERS,
];

const BY_ID: ReadonlyMap<string, Provider> = new Map(PROVIDERS.map((provider) => [provider.id, provider]));

const OF_HOST: ReadonlyMap<string, readonly Provider[]> = new Map(
  [...Map.groupBy(PROVIDERS.flatMap(hostsOf), ({ host }) => host)].map(([host, found]) => [
    host,
    found.map(({ provider }) => provider),
  ]),
);

/**
 * Those whose routes count for a request: whoever answers at the host, however the key looks, and whose the key looks like. By
 * the key's shape alone, one that the table does not know (an old form, a name of its own) could be asked for another.
 *
 * @param id Of the provider that the key was recognised for.
 */
export function providersFor(host: string, id: string | null): readonly Provider[] {
  const there = OF_HOST.get(host) ?? [];
  const own = findProvider(id);
  return own === undefined || there.includes(own) ? there : [...there, own];
}

function hostsOf(provider: Provider): { readonly host: string; readonly provider: Provider }[] {
  const { brokering } = provider;
  return brokering.kind === 'none' ? [] : brokering.hosts.map((host) => ({ host, provider }));
}

/** The provider of an id. */
export function findProvider(id: string | null): Provider | undefined {
  return id === null ? undefined : BY_ID.get(id);
}
