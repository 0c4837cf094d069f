// A hub with a real issuer, and browsers that sign on.
import { type SingleSignOn } from '@holdfast/supervisor/settings';
import { openCourier } from './courier.ts';
import { signOnAt, startOidcIssuer, type OidcIssuer } from './oidc-issuer.ts';
import { openServedHub, type ServedHub } from './served-hub.ts';
import { type TestBrowser, type PageAnswer } from './test-browser.ts';

/** Both, and the way between. */
export interface SignedOnHub extends AsyncDisposable {
  readonly hub: ServedHub;
  readonly issuer: OidcIssuer;
}

/** Opens both. */
export async function openSignedOnHub(
  signUp: 'invitation' | 'open' | 'single-sign-on',
  groups: SingleSignOn['groups'] = [],
): Promise<SignedOnHub> {
  await using opened = new AsyncDisposableStack();
  const issuer = opened.use(await startOidcIssuer());
  const courier = opened.use(openCourier(undefined, (log) => issuer.clientFor(log)));
  const singleSignOn = { name: 'Example', groups };
  const hub = opened.use(await openServedHub({ signUp, singleSignOn, issuer: courier.link }));
  issuer.admit(hub);
  const running = opened.move();
  return { hub, issuer, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The path at the hub to which the issuer led back. */
export function pathOf(address: string): string {
  const { pathname, search } = new URL(address);
  return `${pathname}${search}`;
}

/** Signs on as somebody, from a page that begins it, and gives what the hub answers in the end. */
export async function signOn(
  browser: TestBrowser,
  name: string,
  from = '/sign-in/issuer',
): Promise<PageAnswer> {
  // An invitation is a page with a form, which has the browser go on.
  const begun = from.startsWith('/join/')
    ? await browser.send(`${from}?/issuer`, {})
    : await browser.open(from);
  const [, onward = ''] = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(begun.body) ?? [];
  const to = begun.location === '' ? onward.replaceAll('&amp;', '&') : begun.location;
  if (!to.startsWith('http')) return begun;
  return await browser.open(pathOf(await signOnAt(to, name)));
}
