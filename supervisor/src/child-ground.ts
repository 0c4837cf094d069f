// What every child of ours is started with: its code, its cache of compiled code, what it sees and as whom it runs.
import { type ChildOptions } from './child.ts';
import { viewCodeCache } from './code-cache.ts';
import { type Confinement } from './separation/confinement.ts';
import { type Site } from './site.ts';

/** A child's options, but for its descriptors and its log. */
export type ChildGround = Omit<ChildOptions, 'extra' | 'log'>;

/** The ground of a child that sees this beside its code. */
export function groundOf(
  site: Site,
  name: ChildOptions['name'],
  view: Pick<Confinement, 'mounts' | 'network'>,
): ChildGround {
  const cache = viewCodeCache(site, name, 'read');
  return {
    name,
    confiner: site.confiner,
    code: site.code,
    env: { ...cache.env, ...librariesOf(site) },
    confinement: {
      mounts: [...site.code.mounts, ...cache.mounts, ...view.mounts],
      account: site.accounts?.[name],
      network: view.network,
    },
  };
}

/** The variable that names libraries which the launcher brought, where it did. */
export function librariesOf({ code, confiner }: Site): Readonly<Record<string, string>> {
  return code.libraries === undefined ? {} : { LD_LIBRARY_PATH: confiner.pathOf(code.libraries) };
}
