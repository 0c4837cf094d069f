// The routes by which programs sign in, and by which applications have people sign in.
import { type Route } from '../../route/route.ts';
import { beginDeviceLogin } from './device.ts';
import { getOpenIdConfiguration, getSigningKeys } from './discovery.ts';
import { exchangeToken } from './token.ts';
import { userinfoRoutes } from './userinfo.ts';

/** Device logins, and OpenID Connect; the page where a person is asked is one of the pages. */
export function oauthRoutes(
  deps: Parameters<typeof exchangeToken>[0] & Parameters<typeof getSigningKeys>[0],
): Route[] {
  return [
    beginDeviceLogin(deps),
    exchangeToken(deps),
    getOpenIdConfiguration(),
    getSigningKeys(deps),
    ...userinfoRoutes(),
  ];
}
