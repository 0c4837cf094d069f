// What every child of ours is started with: its code, its cache of compiled code, what it sees and as whom it runs.
import { MiB } from '@holdfast/kernel/size';
import { type ChildOptions } from './child.ts';
import { viewCodeCache } from './code-cache.ts';
import { type Confinement } from './separation/confinement.ts';
import { type Site } from './site.ts';

/**
 * Has glibc give memory back. Left to itself it keeps a heap for each of many threads, and grows its thresholds with the
 * largest buffer it ever freed: a hub that has moved large files then stays some 50 MiB larger for good. Other C
 * libraries pass over these.
 */
const FRUGAL_MALLOC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: String(8 * MiB),
  MALLOC_MMAP_THRESHOLD_: String(MiB),
};

/** A child's options, but for its descriptors and its log. */
export type ChildGround = Omit<ChildOptions, 'extra' | 'log'>;

/** The ground of a child that sees this beside its code. */
export function groundOf(
  site: Site,
  name: ChildOptions['name'],
  view: Pick<Confinement, 'mounts' | 'network' | 'makesSandboxes'>,
): ChildGround {
  const cache = viewCodeCache(site, name, 'read');
  return {
    name,
    confiner: site.confiner,
    code: site.code,
    env: { ...cache.env, ...librariesOf(site), ...FRUGAL_MALLOC },
    confinement: {
      mounts: [...site.code.mounts, ...cache.mounts, ...view.mounts],
      account: site.accounts?.[name],
      network: view.network,
      ...(view.makesSandboxes === true && { makesSandboxes: true }),
    },
  };
}

/** The variable that names libraries which the launcher brought, where it did. */
export function librariesOf({ code, confiner }: Site): Readonly<Record<string, string>> {
  return code.libraries === undefined ? {} : { LD_LIBRARY_PATH: confiner.pathOf(code.libraries) };
}
