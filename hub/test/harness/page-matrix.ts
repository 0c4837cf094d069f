// Who is shown which page, and whose forms do what they are for: every page and every form of it by every kind of caller of a
// browser. The second table in docs/generated/access-matrix.md is written from this, and a test calls each of them.

/** Kinds of callers, and what each is. What they act on is the owner's, or the organisation's. */
export const PAGE_CALLERS = {
  anonymous: 'nobody, on a hub for its users',
  visitor: 'nobody, on a hub that is open to anonymous readers',
  ended: "the owner's session, ended",
  idle: "the owner's session, unused for longer than sessions last",
  token: "the owner's classic token for writing, in place of a session",
  readToken: "the owner's classic token for reading, in place of a session",
  fineToken: "the owner's fine-grained token for writing all of the organisation, in place of a session",
  foreign: "the owner's browser, led by a page of another site",
  stranger: 'a user of no organisation',
  administrator: 'a user who administers the instance, and belongs to no organisation',
  outsider: 'a user who administers another organisation',
  reader: 'a member who may read',
  contributor: 'a member who contributes',
  writer: 'a member who may write',
  unproved: 'the owner, who has not proved for ten minutes that it is still them',
  owner: 'a member who administers the organisation, and whose the tokens, sessions and applications are',
} as const;
export type PageCaller = keyof typeof PAGE_CALLERS;

/** The kinds by name. */
export const PAGE_CALLER_NAMES = Object.keys(PAGE_CALLERS) as PageCaller[];

/** What comes of a call. */
export type Outcome = 'yes' | 'sign in' | 'prove' | 'no';

type Callers = readonly PageCaller[];

/** Who gets what; whoever is not named is refused. */
export interface PageRule {
  readonly yes: Callers;
  readonly signIn: Callers;
  readonly prove: Callers;
  /** Who is shown the page as well where the repository is public; those who would sign in first, too. */
  readonly public: Callers;
}

/** What a rule has come of a call about a repository that is private, or public. */
export function outcomeOf(rule: PageRule, caller: PageCaller, visibility: 'private' | 'public'): Outcome {
  if (rule.yes.includes(caller)) return 'yes';
  if (visibility === 'public' && rule.public.includes(caller)) return 'yes';
  if (rule.signIn.includes(caller)) return 'sign in';
  return rule.prove.includes(caller) ? 'prove' : 'no';
}

/** Whose session is none: they are asked to sign in first. */
export const UNKNOWN: Callers = ['anonymous', 'visitor', 'ended', 'idle', 'token', 'readToken', 'fineToken'];
const MEMBERS = ['reader', 'contributor', 'writer', 'unproved', 'owner'] as const;
const KNOWN = ['stranger', 'administrator', 'outsider', ...MEMBERS] as const;
const WRITERS = ['writer', 'unproved', 'owner'] as const;
const OWNER = ['unproved', 'owner'] as const;
const NOBODY: PageRule = { yes: [], signIn: [], prove: [], public: [] };

/** A page for these; who is not known signs in first. Whoever is led there by another site sees what the owner sees. */
function page(yes: Callers, alsoPublic: Callers = []): PageRule {
  const led: Callers = yes.includes('owner') ? ['foreign'] : [];
  return {
    ...NOBODY,
    yes: [...yes, ...led],
    public: alsoPublic,
    signIn: UNKNOWN.filter((one) => !yes.includes(one)),
  };
}

/** A form for these, never from another site. */
function form(yes: Callers, alsoPublic: Callers = []): PageRule {
  return { ...NOBODY, yes, public: alsoPublic, signIn: UNKNOWN.filter((one) => !yes.includes(one)) };
}

/** A form for these that needs a fresh proof. */
function proven(yes: Callers): PageRule {
  return { ...form(yes.filter((one) => one !== 'unproved')), prove: yes.filter((one) => one === 'unproved') };
}

const OPEN_PAGE = page([...UNKNOWN, ...KNOWN]);
const OPEN_FORM = form([...UNKNOWN, ...KNOWN]);
const ALL = page(KNOWN);
/** What everybody may look at who may look at anything. */
const LISTED = page([...KNOWN, 'visitor']);
const OVERSEEN = page(['administrator']);
const READ = page(MEMBERS, [...KNOWN, 'visitor']);
const WRITE = page(WRITERS);
const REPO = '{prefix}/{namespace}/{name}';
const ORG = '/account/organizations/{name}';
const GOVERNED = '/security/organizations/{org}';

/** The rule of each page and form. */
export const PAGE_MATRIX: Readonly<Record<string, PageRule>> = {
  '/': LISTED,
  '/account': ALL,
  '/account ?/fullname': form(KNOWN),
  '/account ?/connect': proven(KNOWN),
  '/account ?/disconnect': proven(KNOWN),
  '/account ?/requirement': proven(OWNER),
  '/account ?/password': proven(KNOWN),
  '/account/applications': ALL,
  '/account/applications ?/register': proven(KNOWN),
  '/account/applications ?/delete': proven(OWNER),
  '/account/applications ?/revoke': form(OWNER),
  '/account/invitations': page(['administrator', 'outsider', ...OWNER]),
  '/account/invitations ?/invite': proven(OWNER),
  '/account/invitations ?/revoke': form(['administrator', ...OWNER]),
  [ORG]: page(MEMBERS),
  [`${ORG} ?/role`]: proven(OWNER),
  [`${ORG} ?/remove`]: proven(OWNER),
  [`${ORG} ?/leave`]: form(MEMBERS),
  [`${ORG} ?/transfer`]: proven(OWNER),
  [`${ORG} ?/rename`]: proven(OWNER),
  [`${ORG} ?/delete`]: proven(OWNER),
  [`${ORG} ?/policy`]: proven(OWNER),
  [`${ORG} ?/approve`]: proven(OWNER),
  [`${ORG} ?/end`]: proven(OWNER),
  [`${ORG} ?/readmit`]: proven(OWNER),
  '/account/passkeys': ALL,
  '/account/passkeys ?/add': proven(KNOWN),
  '/account/passkeys ?/remove': proven(KNOWN),
  '/account/prove': ALL,
  '/account/prove ?/default': form(KNOWN),
  '/account/prove/code': ALL,
  '/account/prove/code ?/default': form(KNOWN),
  '/account/prove/issuer': ALL,
  '/account/prove/passkey': ALL,
  '/account/prove/passkey ?/default': form(KNOWN),
  '/account/second-factor': ALL,
  '/account/second-factor ?/begin': proven(KNOWN),
  '/account/second-factor ?/confirm': proven(KNOWN),
  '/account/second-factor ?/codes': proven(KNOWN),
  '/account/second-factor ?/remove': proven(KNOWN),
  '/account/sessions': ALL,
  '/account/sessions ?/end': form(OWNER),
  '/account/sessions ?/others': form(KNOWN),
  '/account/tokens': ALL,
  '/account/tokens ?/preview': form(KNOWN),
  '/account/tokens ?/create': proven(KNOWN),
  '/account/tokens ?/revoke': form(['administrator', ...OWNER]),
  '/device': ALL,
  '/device ?/find': OPEN_FORM,
  '/device ?/approve': proven(KNOWN),
  '/device ?/deny': form(KNOWN),
  // Whoever has the link of an invitation.
  '/join/{invitation}': OPEN_PAGE,
  '/join/{invitation} ?/accept': OPEN_FORM,
  '/join/{invitation} ?/issuer': OPEN_FORM,
  '/join/{invitation} ?/join': form(KNOWN),
  '/language': OPEN_PAGE,
  '/language ?/default': OPEN_FORM,
  '/new/space': ALL,
  '/new/space ?/default': form(['contributor', ...WRITERS]),
  '/oauth/authorize': ALL,
  '/oauth/authorize ?/allow': proven(KNOWN),
  '/oauth/authorize ?/refuse': form(KNOWN),
  '/search': LISTED,
  // Who administers organisations alone is led to the rooms of those; the writer is given one by the form that hands one over.
  '/security': page(['administrator', 'outsider', ...WRITERS]),
  '/security/doors': OVERSEEN,
  '/security/doors/{space}': OVERSEEN,
  '/security/ledger': OVERSEEN,
  '/security/ledger/{hash}': OVERSEEN,
  '/security/mail': OVERSEEN,
  // Of the organisations that the caller administers.
  '/security/organizations': ALL,
  [GOVERNED]: page(OWNER),
  [`${GOVERNED}/doors`]: page(OWNER),
  [`${GOVERNED}/doors/{space}`]: page(OWNER),
  [`${GOVERNED}/ledger`]: page(OWNER),
  [`${GOVERNED}/ledger/{hash}`]: page(OWNER),
  [`${GOVERNED}/members`]: page(OWNER),
  [`${GOVERNED}/members ?/remove`]: proven(OWNER),
  [`${GOVERNED}/secrets`]: page(OWNER),
  '/security/secrets': OVERSEEN,
  '/security/secrets/{space}': OVERSEEN,
  '/security/sessions': OVERSEEN,
  '/security/sessions ?/end': form(['administrator']),
  '/security/tokens': OVERSEEN,
  '/security/tokens ?/revoke': form(['administrator']),
  '/security/users': OVERSEEN,
  '/security/users/{name}': OVERSEEN,
  '/security/users/{name} ?/sessions': form(['administrator']),
  '/security/users/{name} ?/disable': form(['administrator']),
  '/security/users/{name} ?/enable': form(['administrator']),
  '/sign-in': OPEN_PAGE,
  '/sign-in ?/default': OPEN_FORM,
  '/sign-in/code': ALL,
  '/sign-in/code ?/default': OPEN_FORM,
  '/sign-in/issuer': OPEN_PAGE,
  '/sign-in/issuer/back': OPEN_PAGE,
  // It is for its form; who opens it is led on.
  '/sign-in/passkey': { ...NOBODY, signIn: PAGE_CALLER_NAMES },
  '/sign-in/passkey ?/default': OPEN_FORM,
  '/sign-out': OPEN_PAGE,
  '/sign-out ?/default': OPEN_FORM,
  '/sign-up': OPEN_PAGE,
  '/sign-up ?/default': OPEN_FORM,
  '/{namespace}': LISTED,
  '/{list}': LISTED,
  [REPO]: READ,
  [`${REPO}/blob/*`]: READ,
  [`${REPO}/commits/*`]: READ,
  [`${REPO}/commit/{commit}`]: READ,
  [`${REPO}/delete/*`]: WRITE,
  [`${REPO}/delete/* ?/default`]: form(WRITERS),
  [`${REPO}/duplicate`]: page(MEMBERS, KNOWN),
  [`${REPO}/duplicate ?/default`]: form(MEMBERS, KNOWN),
  [`${REPO}/edit/*`]: WRITE,
  [`${REPO}/edit/* ?/default`]: form(WRITERS),
  [`${REPO}/logs`]: WRITE,
  [`${REPO}/new/*`]: WRITE,
  [`${REPO}/new/* ?/default`]: form(WRITERS),
  [`${REPO}/refs`]: READ,
  [`${REPO}/settings`]: WRITE,
  [`${REPO}/settings ?/visibility`]: form(WRITERS),
  [`${REPO}/settings ?/move`]: form(WRITERS),
  [`${REPO}/settings ?/delete`]: proven(WRITERS),
  [`${REPO}/settings/app`]: WRITE,
  [`${REPO}/settings/app ?/act`]: form(WRITERS),
  [`${REPO}/settings/app ?/variable`]: form(WRITERS),
  [`${REPO}/settings/app ?/delete-variable`]: form(WRITERS),
  [`${REPO}/settings/app ?/delete-secret`]: proven(WRITERS),
  [`${REPO}/settings/app ?/limits`]: form(WRITERS),
  [`${REPO}/settings/app ?/egress`]: form(WRITERS),
  [`${REPO}/settings/secret`]: WRITE,
  [`${REPO}/settings/secret ?/default`]: proven(WRITERS),
  [`${REPO}/tree/*`]: READ,
  [`${REPO}/upload/*`]: WRITE,
};
