// The routes of files: their bytes, and the large ones that a repository holds.
import { type Route } from '../../route/route.ts';
import { lfsFileRoutes, type LfsFileDeps } from './lfs-files.ts';
import { resolveRoutes, type FileDeps } from './resolve.ts';

/** Downloads, and the list of large files. */
export function fileRoutes(deps: FileDeps & LfsFileDeps): Route[] {
  return [...resolveRoutes(deps), ...lfsFileRoutes(deps)];
}
