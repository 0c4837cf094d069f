// What the hub offers, without opening it: for the generated documents.
import { apiRoutes, hubRoutes, type HubDeps } from './surfaces/hub/server.ts';
import { adminRoutes } from './surfaces/admin/server.ts';
import { describeApi } from './surfaces/openapi/document.ts';
import { type Route } from './surfaces/route/route.ts';
import { spaceSiteRoutes } from './surfaces/spaces/routes.ts';

// A list of routes is made without what they need: factories keep it and use it only in a call.
const NOT_OPENED = {};

/** The OpenAPI document of the hub's main surface. */
export function apiDocument(version: string): Record<string, unknown> {
  return describeApi(apiRoutes({ ...(NOT_OPENED as HubDeps), version }), version);
}

/** A route with who may call it. */
export type AccessRule = Pick<Route, 'method' | 'path' | 'operation' | 'access' | 'allowance'>;

/** Every route at the hub's own address and at the operator's socket, with who may call it. */
export function accessRules(): AccessRule[] {
  const version = '0';
  const admin = adminRoutes(NOT_OPENED as Parameters<typeof adminRoutes>[0]);
  return [...hubRoutes({ ...(NOT_OPENED as Parameters<typeof hubRoutes>[0]), version }), ...admin];
}

/** Every route at the origin of a Space, where none of the others is. */
export function spaceAccessRules(): AccessRule[] {
  return spaceSiteRoutes(NOT_OPENED as Parameters<typeof spaceSiteRoutes>[0]);
}
