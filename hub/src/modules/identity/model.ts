// Users and organisations, and the rules for their names. Pure.
import { type Id } from '@holdfast/kernel/id';
import { type Role } from '#modules/access';

/** A user or an organisation. */
export interface Account {
  readonly id: Id;
  readonly kind: 'user' | 'org';
  readonly name: string;
  readonly fullname: string;
  readonly email: string | null;
  readonly administrator: boolean;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

/** That a user belongs to an organisation. */
export interface Membership {
  readonly orgId: Id;
  readonly orgName: string;
  readonly orgFullname: string;
  readonly role: Role;
  /** Whether the organisation is reached with a second factor alone. */
  readonly requiresSecondFactor: boolean;
  /** What a token must be to reach it. */
  readonly tokenPolicy: TokenPolicy;
}

/** What an organisation asks of tokens that are to reach it. */
export interface TokenPolicy {
  readonly refusesClassic: boolean;
  /** Whether each token waits until somebody who administers the organisation approves it. */
  readonly approvesTokens: boolean;
  /** The longest that a token may live, in days; `null` where the hub's own bound is enough. */
  readonly mostTokenDays: number | null;
}

/** What an organisation asks, and how its repositories begin. */
export interface OrgPolicy extends TokenPolicy {
  readonly requiresSecondFactor: boolean;
  readonly privateByDefault: boolean;
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?$/;

const LONGEST_FULLNAME = 96;
// What cannot be seen could turn round or hide what stands beside it, and so could a break of the line.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Whether a text can be the full name of a user: some characters, all of which are seen. */
export function isFullname(text: string): boolean {
  return text !== '' && text.length <= LONGEST_FULLNAME && !UNSEEN.test(text);
}

/** Whether a text can name a user or an organisation: the clients' rule for each half of a repository id. */
export function isNamespaceName(text: string): boolean {
  return NAME.test(text) && !text.includes('--') && !text.includes('..') && !/\.(git|ipynb)$/i.test(text);
}

// First path segments that mean something to a client or to us, and names that would mislead about who speaks.
const RESERVED = new Set(
  (
    'about abuse account accounts admin administrator admins api app apps assets auth avatars badge billing blog bucket ' +
    'buckets chat cli collections community config contact cookies dashboard dataset datasets default dev docs ' +
    'download downloads enterprise error explore favicon.ico feed file files front git graphql guest healthz health ' +
    'help hf holdfast home host hub huggingface hf_user inference info invite issues jobs join kernel kernels ' +
    'kubernetes landing learn legal lfs live localhost login logout mail me metrics model models mcp moderator ' +
    'new news noreply notary notifications oauth official operator org organizations orgs papers passwd password ' +
    'pipeline policy postmaster posts pricing privacy profile public raw readyz register repo repos repositories ' +
    'resolve robots.txt root runner sandbox search security session sessions settings shop sign-in sign-out sign-up ' +
    'signin signout signup site sitemap device invitation invitations passkey passkeys ' +
    'sitemap.xml space spaces sso staff static status storage support system tasks team teams terms test tos token ' +
    'tokens transfer trending undefined null user users vault verify webhook webhooks well-known wiki www xet'
  ).split(' '),
);

/** Whether a name is kept from everyone, whatever its letter case. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name.toLowerCase());
}

/** The form in which names are compared: letter case does not make another name. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** What a name looks like at a glance; two accounts may not look alike (`g00gle`, `goog-le`, `google`). */
export function lookalikeKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_.]/g, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('0', 'o')
    .replace(/[1i|]/g, 'l')
    .replaceAll('5', 's');
}

const LEAST_PASSWORD = 12;
const MOST_PASSWORD = 1024;

/** Whether a text may be somebody's password: long enough, and not what everybody knows of them. */
export function isPasswordAcceptable(password: string, account: Pick<Account, 'name' | 'email'>): boolean {
  if (password.length < LEAST_PASSWORD || password.length > MOST_PASSWORD) return false;
  const known = [account.email ?? '', (account.email ?? '').split('@')[0] ?? '', account.name];
  let rest = password.toLowerCase();
  for (const word of known) if (word !== '') rest = rest.replaceAll(word.toLowerCase(), '');
  // `alicealicealice` is all name; one letter repeated is no better.
  return new Set(rest).size >= 5;
}
