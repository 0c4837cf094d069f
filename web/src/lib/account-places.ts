// The pages of an account. Pure.
import { type Words } from './words/en.ts';

/** Path and name of each page that is offered to a user. */
export function placesOf(
  { nav }: Words,
  user: { readonly invites: boolean },
): [path: string, name: string][] {
  return [
    ['/account', nav.account],
    ['/account/tokens', nav.tokens],
    ['/account/applications', nav.applications],
    ['/account/second-factor', nav.factor],
    ['/account/passkeys', nav.passkeys],
    ['/account/sessions', nav.sessions],
    ...(user.invites ? [['/account/invitations', nav.invitations] as [string, string]] : []),
  ];
}
