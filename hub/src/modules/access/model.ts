// Who acts and what they act on. Pure: every decision is made from these values alone.
import { type Id } from '@holdfast/kernel/id';

/** What a member may do in an organisation, weakest first. */
export const ROLES = ['read', 'contributor', 'write', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a role includes another. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** What a repository holds. */
export const REPO_TYPES = ['model', 'dataset', 'space'] as const;
export type RepoType = (typeof REPO_TYPES)[number];

/** Who may see a repository. `protected`: anyone sees that the Space exists and may use its app, members see its files. */
export type Visibility = 'public' | 'private' | 'protected';

/** Whether readers must be let in one by one. */
export type Gating = false | 'auto' | 'manual';

/** One thing that a fine-grained token reaches, and what it may do there. */
export interface ScopedGrant {
  readonly entity: { readonly type: RepoType | 'user' | 'org'; readonly id: Id; readonly name: string };
  readonly permissions: readonly Permission[];
  /** For a user or an organisation: only repositories whose name matches one of these (`*` stands for any text). */
  readonly patterns?: readonly string[];
}

/** Permissions that this hub acts on, in the names of the clients' token model. */
const ACTING_PERMISSIONS = [
  'repo.content.read',
  'repo.write',
  'repo.access.read',
  'org.read',
  'org.write',
  'org.members.read',
  'org.members.write',
  'org.repos.read',
  'user.social.likes.write',
] as const;

/** A permission that opens something. */
export type ActingPermission = (typeof ACTING_PERMISSIONS)[number];

/** Names that clients ask for and that open nothing here: a token may carry them, so that their links to make one work. */
const IDLE_PERMISSIONS = [
  'collection.read',
  'collection.write',
  'discussion.write',
  'post.write',
  'job.write',
  'resourceGroup.write',
  'inference.serverless.write',
  'inference.endpoints.infer.write',
  'inference.endpoints.write',
  'org.serviceAccounts.read',
  'org.serviceAccounts.write',
  'sql-console.embed.write',
  'user.billing.read',
  'user.mcp.read',
  'user.notifications.read',
  'user.notifications.write',
  'user.papers.write',
  'user.preferences.write',
  'user.settings.notifications.write',
  'user.webhooks.read',
  'user.webhooks.write',
  'org.auditLog.write',
  'org.billing.read',
  'org.networkSecurity.read',
  'org.networkSecurity.write',
] as const;

/** Every permission that a token may carry. */
export const PERMISSIONS = [...ACTING_PERMISSIONS, ...IDLE_PERMISSIONS] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a token is allowed of what its owner may do. */
export type Grant =
  | { readonly role: 'read' }
  | { readonly role: 'write' }
  | {
      readonly role: 'fineGrained';
      readonly scoped: readonly ScopedGrant[];
      readonly global: readonly ('discussion.write' | 'post.write')[];
      readonly canReadGatedRepos: boolean;
    };

/** One thing that a token was used on, and the permission it took. */
export interface GrantUse {
  readonly entity: ScopedGrant['entity'];
  /** Where it is. */
  readonly namespace: ScopedGrant['entity'];
  readonly permission: ActingPermission;
}

/** Takes note of what tokens are used for. */
export interface GrantUses {
  note(actor: UserActor, use: GrantUse): void;
}

/** Nobody who is known. */
export interface AnonymousActor {
  readonly kind: 'anonymous';
  /** Whether this instance is open to anonymous readers. */
  readonly mayReadPublic: boolean;
}

/** Through what a user acts. Of a session it counts when somebody was last asked to prove who they are. */
export type Credential =
  | { readonly kind: 'token'; readonly id: Id }
  | { readonly kind: 'session'; readonly id: Id; readonly provedAt: Date };

/** A user, acting through a token or signed in. */
export interface UserActor {
  readonly kind: 'user';
  readonly userId: Id;
  readonly name: string;
  /** Administers accounts of the instance. This alone opens no repository. */
  readonly administrator: boolean;
  /** Organisation id → role there. */
  readonly memberships: ReadonlyMap<Id, Role>;
  readonly credential: Credential;
  readonly grant: Grant;
}

/** The person at the machine, through the admin socket. */
export interface OperatorActor {
  readonly kind: 'operator';
  readonly osUser: string;
  readonly command: string;
  readonly terminal: string;
}

/** The hub itself, in one of its parts. */
export interface SystemActor {
  readonly kind: 'system';
  readonly part: string;
}

/** Whoever acts. */
export type Actor = AnonymousActor | UserActor | OperatorActor | SystemActor;

/** What a decision needs to know of a repository. */
export interface RepoSubject {
  readonly kind: 'repo';
  readonly id: Id;
  readonly type: RepoType;
  readonly name: string;
  readonly namespaceId: Id;
  readonly creatorId: Id | null;
  readonly visibility: Visibility;
  readonly gated: Gating;
}

/** Whether reads of a repository are recorded: not everybody may read it. */
export function isRecorded(repo: Pick<RepoSubject, 'visibility' | 'gated'>): boolean {
  return repo.visibility !== 'public' || repo.gated !== false;
}

/**
 * Who acts, as it is known by now: asked again by a change that has waited, because a right that ended meanwhile must end
 * the change. Rejects when the credential is not live any more.
 */
export type Who = () => Promise<Actor>;

/** What a decision needs to know of a user or an organisation. */
export interface NamespaceSubject {
  readonly kind: 'namespace';
  readonly id: Id;
  readonly type: 'user' | 'org';
}

/** `discover`: learn that it exists; `read`: its files; `write`: its content; `administer`: settings, name, deletion. */
export type RepoAction = 'discover' | 'read' | 'write' | 'administer';

/** `create`: make a repository there; `members`: list its members in full; `settings`: list its storage; `administer`. */
export type NamespaceAction = 'create' | 'members' | 'settings' | 'administer';

/** Why not. `missing`: the actor may not even learn that the thing exists. */
export type Refusal = 'unauthenticated' | 'missing' | 'forbidden' | 'gated';

/** The answer of `may…`. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly refusal: Refusal };
