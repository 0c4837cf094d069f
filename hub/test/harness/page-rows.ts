// The pages and their forms as they were built, so that none is left out that a browser can ask for.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findPages } from './pages.ts';

/** A page, or a form of it. */
export interface PageRow {
  /** The page, and ` ?/` with the name of the form. */
  readonly key: string;
  readonly route: string;
  readonly action: string | undefined;
}

/** What the build says of its pages. */
interface Manifest {
  readonly routes: readonly { readonly id: string; readonly page: { readonly leaf: number } | null }[];
  readonly nodes: readonly (() => Promise<{ readonly server?: { readonly actions?: object } }>)[];
}

/** All of them, found in the code that serves them. Throws an `Error` for a route that is no page. */
export async function findPageRows(): Promise<PageRow[]> {
  const file = path.join(await findPages(), 'server/manifest-full.js');
  const { manifest } = (await import(pathToFileURL(file).href)) as { readonly manifest: Manifest };
  const rows: PageRow[] = [];
  for (const { id, page } of manifest.routes) {
    if (page === null) throw new Error(`${id} answers without a page: have the matrix call it as well`);
    const route = routeOf(id);
    const { server } = (await manifest.nodes[page.leaf]?.()) ?? {};
    rows.push({ key: route, route, action: undefined });
    for (const action of Object.keys(server?.actions ?? {}))
      rows.push({ key: `${route} ?/${action}`, route, action });
  }
  return rows;
}

// `/[[prefix=prefix]]/[namespace=owner]/[...rest]` is `{prefix}/{namespace}/*` in the hub's own words.
function routeOf(id: string): string {
  return id
    .replaceAll(/\/\[\[(\w+)[^\]]*\]\]/g, '{$1}')
    .replaceAll(/\[\.\.\.\w+\]/g, '*')
    .replaceAll(/\[(\w+)[^\]]*\]/g, '{$1}');
}
