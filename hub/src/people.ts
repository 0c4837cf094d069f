// Opens what knows people: accounts, and the ways to sign in.
import {
  Identity,
  Languages,
  Invitations,
  Members,
  Newcomers,
  OrgPolicies,
  Passwords,
  type SignUpPolicy,
} from '#modules/identity';
import { Passkeys, sealedByHub, SecondFactors, Sessions, SignIn, Throttle } from '#modules/sessions';
import { type Foundation } from './foundation.ts';

/** Opens these modules. */
export function openPeople(
  { db, clock, epochs, keys }: Pick<Foundation, 'db' | 'clock' | 'epochs' | 'keys'>,
  { signUp }: { readonly signUp: SignUpPolicy },
) {
  const passwords = new Passwords({ db, clock });
  const sessions = new Sessions({ db, clock, keys });
  const throttle = new Throttle({ db, clock, keys });
  const secondFactors = new SecondFactors({ db, clock, epochs, keys, seeds: sealedByHub(keys) });
  const passkeys = new Passkeys({ db, clock, keys });
  return {
    passkeys,
    identity: new Identity({ db, clock, epochs }),
    invitations: new Invitations({ db, clock, epochs, newcomers: new Newcomers({ clock }), policy: signUp }),
    languages: new Languages({ db }),
    orgPolicies: new OrgPolicies({ db, clock, epochs }),
    members: new Members({ db, clock, epochs }),
    passwords,
    sessions,
    throttle,
    secondFactors,
    signIn: new SignIn({ db, clock, keys, passwords, sessions, secondFactors, passkeys, throttle }),
  };
}
