// `GET`, `POST` and `DELETE /api/spaces/{namespace}/{name}/variables`
import { z } from 'zod';
import { type Spaces } from '#modules/spaces';
import { defineRoute, type Route } from '../../route/route.ts';
import { RepoParams } from '../repos/names.ts';
import { whoOf } from '../who.ts';
import { presentVariables, Variables } from './present.ts';
import { variableOf, VariableBody } from './wishes.ts';

interface Deps {
  readonly spaces: Spaces;
}

/** What an app sees under which name. Changes answer with all that there is then. */
export function variableRoutes(deps: Deps): Route[] {
  return [listVariables(deps), setVariable(deps), deleteVariable(deps)];
}

const SHARED = {
  path: '/api/spaces/{namespace}/{name}/variables',
  allowance: 'api',
  params: RepoParams,
  query: z.unknown(),
  output: Variables,
} as const;

function listVariables({ spaces }: Deps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'listVariables',
    summary: 'The variables of a Space',
    method: 'GET',
    access: 'anyone',
    bodyKind: 'none',
    body: z.unknown(),
    run: async (call) => presentVariables(await spaces.listVariables(call, call.params)),
  });
}

function setVariable({ spaces }: Deps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'setVariable',
    summary: 'Set a variable of a Space',
    method: 'POST',
    access: 'user',
    bodyKind: 'json',
    body: VariableBody,
    run: async (call) =>
      presentVariables(await spaces.setVariable(whoOf(call), call.params, variableOf(call.body))),
  });
}

function deleteVariable({ spaces }: Deps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'deleteVariable',
    summary: 'Delete a variable of a Space',
    method: 'DELETE',
    access: 'user',
    bodyKind: 'json',
    body: z.object({ key: z.string() }),
    run: async (call) =>
      presentVariables(await spaces.deleteVariable(whoOf(call), call.params, call.body.key)),
  });
}
