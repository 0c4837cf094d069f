// The routes about what READMEs say.
import { type Route } from '../../route/route.ts';
import { listTags } from './list-tags.ts';
import { validateYaml } from './validate-yaml.ts';

/** Checks of README metadata, and the tags in use. */
export function cardRoutes(deps: Parameters<typeof listTags>[0]): Route[] {
  return [validateYaml(), listTags(deps, 'model'), listTags(deps, 'dataset')];
}
