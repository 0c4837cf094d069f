// What an application is told of who signed in, by what they let it know.
import { type Account } from '#modules/identity';
import { AVATAR } from '../accounts/present.ts';

/** Somebody's claims (OpenID Connect Core, 5.4): of each scope what it names, and nothing beside. */
export function claimsOf({ id, name, fullname, email }: Account, scopes: readonly string[], baseUrl: string) {
  return {
    // Stays the same whatever they are called.
    sub: id,
    ...(scopes.includes('profile') && {
      name: fullname,
      preferred_username: name,
      profile: `${baseUrl}/${name}`,
      picture: `${baseUrl}${AVATAR}`,
      isPro: false,
      canPay: false,
    }),
    // Never said to be proved: an invitation can be accepted by who sent it, and nothing is kept of who proved theirs. Whoever
    // takes the address of somebody else must not be taken for them in an application that knows people by it.
    ...(scopes.includes('email') && email !== null && { email, email_verified: false }),
  };
}
