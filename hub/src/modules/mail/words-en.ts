// Mails in English. Pure.
import { type Said } from './compose.ts';
import { type MailFacts } from './model.ts';
import { oneLine } from './one-line.ts';
import { programName } from './program-name.ts';

type Facts<Kind extends MailFacts['kind']> = Extract<MailFacts, { kind: Kind }>;

/** What a mail says. */
export function sayInEnglish(facts: MailFacts): Said {
  switch (facts.kind) {
    case 'signed-in':
      return signedIn(facts);
    case 'token-issued':
      return {
        subject: `A new access token: ${facts.token}`,
        what: `An access token called "${facts.token}" was made for your account. ${facts.expires === null ? 'It does not expire.' : `It expires on ${facts.expires}.`}`,
        advice: 'If it was not you, revoke it now and change your password.',
      };
    case 'token-revoked':
      return { subject: `Access token revoked: ${facts.token}`, ...revoked(facts) };
    case 'token-used':
      return {
        subject: `Access token used from a new network: ${facts.token}`,
        what: `Your access token "${facts.token}" was used ${placeOf(facts)}.`,
        advice: 'If you do not know that place, revoke the token and make a new one.',
      };
    case 'token-pushed':
      return pushed(facts);
    case 'application-authorized':
      return authorized(facts);
    case 'token-reach':
      return reachChanged(facts);
    case 'secret-echoed':
      return echoed(facts);
    case 'role-changed':
      return roleChanged(facts);
    case 'administrator-changed':
      return administratorChanged(facts);
    case 'sign-up':
      return signUp();
    case 'sign-up-tried':
      return signUpTried(facts);
  }
}

function signedIn(facts: Facts<'signed-in'>): Said {
  return {
    subject: 'A sign-in from a new place',
    what: `Somebody signed in to your account ${placeOf(facts)}.`,
    advice: 'If it was you, there is nothing to do. If not, change your password: that ends all sessions.',
  };
}

function signUp(): Said {
  return {
    subject: 'Your account',
    what: 'Somebody, probably you, asked for an account with this mail address. Choose a name and a password behind the link below. It is good for a day, and once.',
    advice: 'If it was not you, there is nothing to do: without the link there will be no account.',
  };
}

function signUpTried(facts: Facts<'sign-up-tried'>): Said {
  return {
    subject: 'Somebody tried to sign up with your address',
    what: `Somebody asked ${placeOf(facts)} for an account with this mail address, which has one. They were not told that it does.`,
    advice: 'If it was you, sign in with the account that you have. If not, there is nothing to do.',
  };
}

function pushed(facts: Facts<'token-pushed'>): Said {
  return {
    subject: `Somebody else has your access token: ${facts.token}`,
    what: `Somebody else was about to publish a text that holds your access token "${facts.token}". The hub refused the text; whoever sent it has the token.`,
    advice: 'Revoke it now, look at what it was used for, and make a new one where you still need it.',
  };
}

function authorized({ application }: Facts<'application-authorized'>): Said {
  return {
    subject: `You let an application in: ${application}`,
    what: `The application "${application}" may act for your account from now on, as far as you allowed it.`,
    advice:
      'If it was not you, revoke it now and change your password: that ends all sessions, and what applications were given.',
  };
}

function echoed({ secret, space, host: said }: Facts<'secret-echoed'>): Said {
  // A door said it, which somebody may have taken over.
  const host = oneLine(said);
  return {
    subject: `Replace the secret ${secret} of ${space}`,
    what: `An answer of ${host} to the app of ${space} had the value of the secret ${secret} in it. The app was not to have it, and has it now.`,
    advice: `Have ${host} or whoever gave the key out make a new one, set it as the secret, and revoke the old one.`,
  };
}

function reachChanged(facts: Facts<'token-reach'>): Said {
  return {
    subject: `Access token and ${facts.organization}: ${facts.token}`,
    what:
      facts.state === 'approved'
        ? `Your access token "${facts.token}" was approved for ${facts.organization}.`
        : `Your access token "${facts.token}" does not reach ${facts.organization} any more: somebody who administers the organization has ended that.`,
    advice: 'Ask an administrator of the organization if this is unexpected.',
  };
}

function roleChanged(facts: Facts<'role-changed'>): Said {
  return {
    subject: `Your role in ${facts.organization}`,
    what:
      facts.role === null
        ? `You are not a member of ${facts.organization} any more.`
        : `Your role in ${facts.organization} is now "${facts.role}".`,
    advice: 'Ask an administrator of the organization if this is unexpected.',
  };
}

function administratorChanged({ administrator }: Facts<'administrator-changed'>): Said {
  return {
    subject: administrator ? 'You administer this hub' : 'You do not administer this hub any more',
    what: administrator
      ? 'You are now an administrator of this hub. All your sessions have ended: sign in again.'
      : 'You are not an administrator of this hub any more. All your sessions have ended: sign in again.',
    advice: 'Ask who runs the hub if this is unexpected.',
  };
}

function placeOf({ address, client, at }: Facts<'signed-in' | 'token-used' | 'sign-up-tried'>): string {
  const program = programName(client) ?? 'an unknown program';
  return `from ${address} with ${program} on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC`;
}

function revoked({ token, why, reason }: Facts<'token-revoked'>): Pick<Said, 'what' | 'advice'> {
  if (why === 'found')
    return {
      what: `Somebody found your access token "${token}" where it should not be, and reported it. It was revoked at once.`,
      advice: 'Look at what it was used for, and make a new one where you still need it.',
    };
  const what =
    why === 'operator'
      ? `Whoever runs this hub revoked your access token "${token}".`
      : `Your access token "${token}" was revoked with your account.`;
  return {
    what: `${what}${reasonOf(reason)}`,
    advice: 'What used it does not work any more. If you did not expect this, ask who runs the hub.',
  };
}

function reasonOf(reason: string | undefined): string {
  return reason === undefined ? '' : ` The reason given: "${oneLine(reason)}".`;
}
