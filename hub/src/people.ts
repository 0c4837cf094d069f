// Opens what knows people: accounts, and the ways to sign in.
import {
  Identity,
  Languages,
  Invitations,
  Members,
  Newcomers,
  OrgPolicies,
  Passwords,
  Profiles,
  SignUps,
  TakenRights,
  type SignUpPolicy,
} from '#modules/identity';
import { Applications, Authorizations, Exchange, IdTokens } from '#modules/oauth';
import { Passkeys, SecondFactors, Sessions, SignIn, SignOut, Throttle, type Seeds } from '#modules/sessions';
import { People, SingleSignOn, type GroupRole, type IssuerLink } from '#modules/sso';
import { type Foundation } from './foundation.ts';

interface PeopleSettings {
  readonly signUp: SignUpPolicy;
  readonly singleSignOn: { readonly name: string; readonly groups: readonly GroupRole[] } | null;
}

function openAccounts({
  db,
  clock,
  epochs,
  removals,
}: Pick<Foundation, 'db' | 'clock' | 'epochs' | 'removals'>) {
  const identity = new Identity({ db, clock, epochs });
  const members = new Members({ db, clock, epochs });
  const takenRights = new TakenRights({ db, identity, members, removals });
  return { identity, members, takenRights, profiles: new Profiles({ db, epochs }) };
}

/** Opens what lets applications have people sign in. */
export function openApplications(
  deps: Pick<Foundation, 'db' | 'clock' | 'epochs' | 'keys'>,
  people: { readonly sessions: Sessions; readonly throttle: Throttle },
) {
  return {
    applications: new Applications(deps),
    authorizations: new Authorizations(deps),
    exchange: new Exchange({ ...deps, ...people }),
    idTokens: new IdTokens(deps),
  };
}

/** Opens these modules. */
export function openPeople(
  { db, clock, epochs, keys, removals }: Pick<Foundation, 'db' | 'clock' | 'epochs' | 'keys' | 'removals'>,
  { signUp, singleSignOn: sso }: PeopleSettings,
  { issuer, vault }: { readonly issuer: IssuerLink | undefined; readonly vault: Seeds | undefined },
) {
  const passwords = new Passwords({ db, clock, epochs });
  const sessions = new Sessions({ db, clock, keys, removals });
  const throttle = new Throttle({ db, clock, keys });
  const secondFactors = new SecondFactors({ db, clock, epochs, keys, vault, throttle });
  const passkeys = new Passkeys({ db, clock, keys });
  const newcomers = new Newcomers({ clock });
  const invitations = new Invitations({ db, clock, epochs, newcomers, policy: signUp });
  const signIn = new SignIn({
    ...{ db, clock, keys, passwords, sessions, secondFactors, passkeys, throttle },
    issuerAlone: signUp === 'single-sign-on',
  });
  return {
    singleSignOn:
      sso === null || issuer === undefined
        ? undefined
        : new SingleSignOn({
            ...{ db, clock, keys, signIn, sessions, link: issuer, name: sso.name },
            people: new People({
              ...{ clock, keys, epochs, newcomers, invitations, policy: signUp, groups: sso.groups },
            }),
          }),
    passkeys,
    ...openAccounts({ db, clock, epochs, removals }),
    invitations,
    signUps: new SignUps({ db, clock, keys, policy: signUp }),
    languages: new Languages({ db }),
    orgPolicies: new OrgPolicies({ db, clock, epochs }),
    passwords,
    sessions,
    signOut: new SignOut({ db, clock, keys, removals }),
    throttle,
    secondFactors,
    signIn,
  };
}
