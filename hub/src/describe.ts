// What the hub offers, without opening it: for the generated documents.
import { apiRoutes, hubRoutes, type HubDeps } from './surfaces/hub/server.ts';
import { adminRoutes } from './surfaces/admin/server.ts';
import { describeApi } from './surfaces/openapi/document.ts';
import { type Route } from './surfaces/route/route.ts';

// A list of routes is made without what they need: factories keep it and use it only in a call.
const NOT_OPENED = {};

/** The OpenAPI document of the hub's main surface. */
export function apiDocument(version: string): Record<string, unknown> {
  return describeApi(apiRoutes({ ...(NOT_OPENED as HubDeps), version }), version);
}

/** Every route of every surface, with who may call it. */
export function accessRules(): Pick<Route, 'method' | 'path' | 'operation' | 'access' | 'allowance'>[] {
  const version = '0';
  const admin = adminRoutes(NOT_OPENED as Parameters<typeof adminRoutes>[0]);
  return [...hubRoutes({ ...(NOT_OPENED as Parameters<typeof hubRoutes>[0]), version }), ...admin];
}
