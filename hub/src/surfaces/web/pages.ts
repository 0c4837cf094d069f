// What the pages get of the hub: the modules, who looks at them, and the way to sign that browser in and out. Types
// alone: the pages are built apart, and reach these objects at run time.
import { type ActingPermission, type Actor, type RepoType, type Who } from '#modules/access';
import { type Commits, type Comparison, type Content, type History, type Texts } from '#modules/content';
import {
  type Account,
  type Everybody,
  type Identity,
  type Invitations,
  type Members,
  type Languages,
  type OrgPeople,
  type OrgPolicies,
  type SignUps,
  type Passwords,
  type Profiles,
} from '#modules/identity';
import { type Explorer, type OrgLedger, type Tally } from '#modules/ledger';
import { type MailLog } from '#modules/mail';
import {
  type Namespaces,
  type Repo,
  type RepoChanges,
  type RepoName,
  type RepoNames,
  type Repos,
  type SizeBounds,
} from '#modules/repos';
import {
  type BegunSession,
  type Browser,
  type LiveSessions,
  type Passkeys,
  type SecondFactors,
  type Sessions,
  type SignIn,
  type SignOut,
  type Visit,
} from '#modules/sessions';
import {
  type AllTokens,
  type DeviceLogins,
  type OrgTokens,
  type Tokens,
  type TokenScopes,
  type TokenUses,
} from '#modules/tokens';
import { type Applications, type Authorizations } from '#modules/oauth';
import { type LogKind, type Runtime, type Spaces, type Traffic } from '#modules/spaces';
import { type SecretFacts, type SecretOverview, type SecretSinks, type Secrets } from '#modules/secrets';
import { type SingleSignOn } from '#modules/sso';
import { type FacetGroup } from './facets.ts';
import { type Besides } from './headers.ts';
import { type SaidLine } from '../hub/spaces/follow-log.ts';
import { type KeptTexts } from './kept-texts.ts';

export { type ActingPermission, type Actor, type RepoType, type Visit };
export { type FacetGroup, type FacetKind } from './facets.ts';
export { type LogKind, type Runtime, type SecretFacts };
export { type Repo };
export { type Scope } from '#modules/oauth';
export { type RepoQuery } from '#modules/repos';
export { type FileChange, type Visit as Place } from '#modules/content';
export { type CommitSummary } from '#modules/git';

/** What the security centre is a view of: each asks of its own whether the actor looks after the instance, or administers the organisation. */
export interface Centre {
  readonly everybody: Everybody;
  readonly repos: RepoNames;
  readonly sessions: LiveSessions;
  readonly tokens: AllTokens;
  readonly ledger: Explorer;
  readonly orgLedger: OrgLedger;
  readonly orgPeople: OrgPeople;
  readonly tally: Tally;
  readonly mail: MailLog;
  readonly traffic: Traffic;
  readonly secrets: SecretOverview;
  readonly sinks: SecretSinks;
}

/** The modules that pages are views of. */
export interface PageModules {
  readonly identity: Identity;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly signOut: SignOut;
  readonly signIn: SignIn;
  readonly secondFactors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly languages: Languages;
  readonly profiles: Profiles;
  /** Absent where there is none. */
  readonly singleSignOn: SingleSignOn | undefined;
  readonly orgPolicies: OrgPolicies;
  readonly members: Members;
  readonly namespaces: Namespaces;
  readonly repos: Repos;
  readonly changes: RepoChanges;
  readonly content: Content;
  readonly commits: Commits;
  readonly texts: Texts;
  /** What was made of texts, for all who may read them. */
  readonly keptTexts: KeptTexts;
  readonly comparison: Comparison;
  readonly history: History;
  readonly orgTokens: OrgTokens;
  readonly invitations: Invitations;
  readonly signUps: SignUps;
  readonly tokens: Tokens;
  readonly tokenUses: TokenUses;
  readonly deviceLogins: DeviceLogins;
  readonly applications: Applications;
  readonly authorizations: Authorizations;
  readonly spaces: Spaces;
  readonly centre: Centre;
  readonly secrets: Secrets;
  /** The last lines of a log of a Space, for who may write to it. */
  readonly readLog: (
    visitor: { readonly actor: Actor; readonly address: string },
    wish: RepoName & { readonly kind: LogKind; readonly tail: number },
  ) => Promise<SaidLine[]>;
  /** Whether who is signed in has proved it lately, as what outlasts a session asks for. */
  readonly isFresh: (visit: Visit) => boolean;
  /** Where the app of the Space with this label is, for who reaches the hub at this base URL. */
  readonly spaceOrigin: (label: string, baseUrl: string) => string;
  /** What a page shows in a frame to have the app of a Space there; `undefined` where this visitor would see nothing in it. */
  readonly spaceFrame: (space: FramedSpace) => string | undefined;
  /** A user or an organisation, for who may know of accounts. Throws what the API throws for one. */
  readonly getNamespace: (actor: Actor, name: string) => Promise<Account>;
  /** Whether the actor sees which role each member of an organisation has. */
  readonly seesRoles: (actor: Actor, org: Account) => boolean;
  /** By what a list can be narrowed for this actor. */
  readonly listFacets: (
    actor: Actor,
    type: RepoType,
    sizes: readonly SizeBounds[],
  ) => Promise<{ readonly groups: readonly FacetGroup[]; readonly sizes: readonly number[] }>;
  /** The Markdown of a README, behind the metadata of its card. */
  readonly bodyOf: (readme: string, type: RepoType) => string;
  /** Reads scopes as this visitor may: what they may not discover is not there. */
  readonly scopesFor: (visit: Visit) => TokenScopes;
}

/** An app that a page would show. */
export interface FramedSpace {
  readonly repo: Repo;
  readonly label: string;
  readonly visit: Visit | undefined;
  readonly baseUrl: string;
}

/** What is said of a secret beside its value, as the API names it; and the value where a browser sealed it. */
export interface SecretFields {
  readonly key: string;
  readonly description?: string;
  readonly way?: string;
  readonly hosts?: readonly string[];
  readonly place?: string;
  readonly expiresAt?: string;
  readonly overlapSeconds?: number;
  /** The value as the browser sealed it for the vault, and to which key. */
  readonly sealed?: string;
  readonly sealedBy?: string;
}

/** A refusal as a page shows it. */
export interface PageRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/**
 * `half`: a sign-in that waits for the second factor; `language`: what was chosen;
 * `challenge`: what a device is asked; `sign-on`: what was begun at the issuer.
 */
export type NoteKind = 'half' | 'language' | 'challenge' | 'sign-on';

/** One call of a page. */
export interface PageCall {
  readonly hub: PageModules;
  /** Who is signed in, if somebody is. */
  readonly visit: Visit | undefined;
  /** Who acts: the user who is signed in, or nobody in particular. */
  readonly actor: Actor;
  /** Who acts, asked again by what had to wait. */
  readonly who: Who;
  /** Network address, for what is recorded of who reads. */
  readonly address: string;
  readonly browser: Browser;
  /** Whether a page of this hub led here, as the browser says (Fetch Metadata, W3C). */
  readonly ledHere: boolean;
  /** The fields of the form that was sent; none for a page that is only opened. */
  readonly form: URLSearchParams;
  readonly baseUrl: string;
  /** Has the browser keep a session that has begun, and what it is known by. */
  keep(begun: BegunSession & { readonly known?: string }): void;
  /** Has the browser forget its session. */
  forget(): void;
  /** Ends the session of this browser and has it forget it; also while the database is away. */
  signOut(): Promise<void>;
  /** What the browser was given to keep for what comes next. */
  findNote(kind: NoteKind): string | undefined;
  /** Has the browser keep it; an empty text removes it. */
  keepNote(kind: NoteKind, text: string): void;
  /** Has the secret be kept that the form held, of which a page sees nothing. Returns all that the Space has. */
  setSecret(space: RepoName, fields: SecretFields): Promise<readonly SecretFacts[]>;
  /** Allows this page what pages may not. */
  allow(besides: Besides): void;
  /** Where a repository is now that was moved; nothing for anything else that was thrown. */
  movedTo(error: unknown): string | undefined;
  /** What a refusal says, counted as the ledger does with every other; nothing for what is a bug. */
  refusalOf(error: unknown): PageRefusal | undefined;
  /** Logs a bug in full, and gives the id to ask about it with. */
  noteBug(error: unknown): string;
}

/** The pages as they were built. */
export interface BuiltPages {
  init(options: { readonly env: Readonly<Record<string, string>> }): Promise<void>;
  respond(
    request: Request,
    options: { readonly platform: PageCall; readonly getClientAddress: () => string },
  ): Promise<Response>;
}
