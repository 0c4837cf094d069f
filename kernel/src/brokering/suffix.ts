// Under which domains others can get names, by the public suffix list. Pure. The list is one text that is searched: hosts are judged
// when a secret is set, and a table of nine thousand names would be built in every process that does.
import { OF_PLATFORMS, OF_REGISTRIES } from './public-suffixes.ts';

/** The domain of a platform that a host is, or is under; `undefined` for none. */
export function findPlatform(host: string): string | undefined {
  return findSuffix(OF_PLATFORMS, host);
}

/** Whether names under this one are bought from a registry, as under `co.uk`. */
export function isOfRegistry(host: string): boolean {
  return findSuffix(OF_REGISTRIES, host) === host;
}

// Of the rules that a name is under the longest holds; an exception holds before all others, and leaves the name to its owner.
function findSuffix(rules: string, host: string): string | undefined {
  let below: string | undefined;
  let found: string | undefined;
  for (let name = host; ; name = name.slice(name.indexOf('.') + 1)) {
    if (rules.includes(` !${name} `)) return undefined;
    // A wildcard stands for one label, and not for none; with it a rule is longer than without.
    if (below !== undefined && rules.includes(` *.${name} `)) found ??= below;
    if (rules.includes(` ${name} `)) found ??= name;
    if (!name.includes('.')) return found;
    below = name;
  }
}
