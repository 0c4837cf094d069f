// The routes by which programs sign in.
import { type Route } from '../../route/route.ts';
import { beginDeviceLogin } from './device.ts';
import { exchangeToken } from './token.ts';

/** Device logins. */
export function oauthRoutes(deps: Parameters<typeof exchangeToken>[0]): Route[] {
  return [beginDeviceLogin(deps), exchangeToken(deps)];
}
