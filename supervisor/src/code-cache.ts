// Compiled code of the children, kept so that a second start is quick. Written by a process that is given no secret, no
// data and no request, and read-only for all others: a hub that is taken over must not leave anything that the next
// one runs.
import { join } from 'node:path';
import { describeCode } from '@holdfast/platform/describe-code';
import { findText, writeText } from '@holdfast/platform/private-files';
import { type ChildOptions, LaunchedChild } from './child.ts';
import { type Mount } from './separation/confinement.ts';
import { type Site } from './site.ts';
import { CHILD_WORKSPACES } from './workspaces.ts';

const INSIDE = '/var/cache/holdfast';

/** How a child uses the cache. */
export interface CodeCacheView {
  readonly mounts: readonly Mount[];
  /** The variable that names the cache to Node; the same at every start. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The cache as one of the children sees it. Each has its own, made by its own user, because Node looks for no other
 * user's; and what a hub could have written must not run in the preparation. Without sandboxes nothing could keep a
 * child from writing, so there is none.
 */
export function viewCodeCache(
  site: Site,
  name: ChildOptions['name'],
  access: Mount['access'],
): CodeCacheView {
  if (site.confiner.mechanism.sandbox === undefined) return { mounts: [], env: {} };
  return {
    mounts: [{ from: join(site.layout.codeCache, name), to: INSIDE, access }],
    env: { NODE_COMPILE_CACHE: INSIDE },
  };
}

/** Fills the cache when the code is another than it was made for. Nothing depends on it: a failure changes nothing. */
export async function fillCodeCache(site: Site, env: ChildOptions['env']): Promise<void> {
  const { confiner, code: view } = site;
  if (confiner.mechanism.sandbox === undefined) return;
  const stamp = site.layout.codeCacheStamp;
  const code = await describeCode(site.checkout, CHILD_WORKSPACES);
  if ((await findText(stamp)) === code) return;
  for (const name of ['prepare', 'notary', 'vault', 'courier', 'hub'] as const) {
    const cache = viewCodeCache(site, name, 'write');
    const launched = new LaunchedChild({
      name,
      confiner,
      code: view,
      env: { ...env, ...cache.env },
      confinement: {
        mounts: [...view.mounts, ...cache.mounts],
        account: site.accounts?.[name],
        network: false,
      },
      extra: [],
      log: { write: () => undefined },
    });
    const { signal } = await launched.dismiss();
    if (signal !== null) return; // everything is being ended
  }
  await writeText(stamp, code);
}
