// The one place that decides. Pure; surfaces and modules ask, and never decide for themselves.
import { type Id } from '@holdfast/kernel/id';
import {
  includesRole,
  type Actor,
  type Decision,
  type Grant,
  type NamespaceAction,
  type NamespaceSubject,
  type Permission,
  type Refusal,
  type RepoAction,
  type RepoSubject,
  type Role,
  type UserActor,
} from './model.ts';

const allow: Decision = { allowed: true };

function refuse(refusal: Refusal): Decision {
  return { allowed: false, refusal };
}

/**
 * Whether the actor may do this to the repository.
 * An action on a repository that the actor may not discover is refused as if it did not exist.
 */
export function mayRepo(actor: Actor, action: RepoAction, repo: RepoSubject): Decision {
  if (actor.kind === 'system') return allow;
  if (actor.kind === 'operator') return refuse('forbidden');
  if (actor.kind === 'anonymous') return mayAnonymous(actor.mayReadPublic, action, repo);
  if (!mayDiscover(actor, repo)) return refuse('missing');
  if (action === 'discover') return allow;
  if (action === 'read') return mayRead(actor, repo);
  return mayChange(actor, action, repo) ? allow : refuse('forbidden');
}

/** Whether the actor may do this in the namespace of a user or an organisation. */
export function mayNamespace(actor: Actor, action: NamespaceAction, namespace: NamespaceSubject): Decision {
  if (actor.kind === 'system') return allow;
  if (actor.kind === 'anonymous') return refuse('unauthenticated');
  if (actor.kind === 'operator') return action === 'administer' ? allow : refuse('forbidden');
  const role = roleIn(actor, namespace.id);
  if (role === undefined || !includesRole(role, neededRole(action))) return refuse('forbidden');
  return grantReachesNamespace(actor.grant, action, namespace) ? allow : refuse('forbidden');
}

/** Whether the actor may manage accounts of the whole instance. */
export function mayInstance(actor: Actor): Decision {
  if (actor.kind === 'system' || actor.kind === 'operator') return allow;
  return refuse(actor.kind === 'anonymous' ? 'unauthenticated' : 'forbidden');
}

/**
 * Whether the actor may look after the whole instance, in the security centre: who administers it, signed in. Never through a
 * token, so that one that was found shows nobody where everybody else is, and ends nobody's work. It opens no repository
 * and shows no value of a secret. What is changed there needs a fresh proof beside.
 */
export function mayOversee(actor: Actor): Decision {
  if (actor.kind === 'user' && actor.administrator)
    return actor.credential.kind === 'session' ? allow : refuse('forbidden');
  return mayInstance(actor);
}

/**
 * Whether the actor may manage what a user signs in and calls with: passwords, sessions, tokens. The user may, signed in;
 * never through a token, so that one that was found cannot mint a stronger one or outlive its revocation.
 */
export function mayCredentials(actor: Actor, userId: Id): Decision {
  if (actor.kind === 'system' || actor.kind === 'operator') return allow;
  if (actor.kind === 'anonymous') return refuse('unauthenticated');
  return actor.userId === userId && actor.credential.kind === 'session' ? allow : refuse('forbidden');
}

/**
 * Whether the actor may say who belongs to an organisation and what it asks, and see in the security centre what happens in it: who
 * administers it, signed in. Never through a token, so that one that was found neither lets its finder in by another way nor
 * shows them where members are. Administering the instance opens no organisation.
 */
export function mayGovern(actor: Actor, orgId: Id): Decision {
  if (actor.kind === 'system' || actor.kind === 'operator') return allow;
  if (actor.kind === 'anonymous') return refuse('unauthenticated');
  const governs = actor.credential.kind === 'session' && actor.memberships.get(orgId) === 'admin';
  return governs ? allow : refuse('forbidden');
}

/**
 * Whether the actor may invite people to the instance, and to this organisation if there is one: who administers either
 * of them, signed in.
 */
export function mayInvite(actor: Actor, orgId: Id | null): Decision {
  if (actor.kind === 'system' || actor.kind === 'operator') return allow;
  if (actor.kind === 'anonymous') return refuse('unauthenticated');
  if (actor.credential.kind !== 'session') return refuse('forbidden');
  if (orgId !== null) return mayGovern(actor, orgId);
  return actor.administrator ? allow : refuse('forbidden');
}

/** How long a proof counts as fresh, in milliseconds. */
const FRESH_MS = 10 * 60_000;

/**
 * Whether who acts proved lately who they are. Acts that outlast a session need that, so that a browser left open, or a
 * stolen cookie, is not enough for them.
 */
export function isFreshlyProved(actor: Actor, now: Date): boolean {
  if (actor.kind !== 'user') return actor.kind !== 'anonymous';
  const { credential } = actor;
  return credential.kind === 'session' && now.getTime() - credential.provedAt.getTime() <= FRESH_MS;
}

/**
 * Whether who acts must first prove who they are, where tokens need not: a browser left open, or a stolen cookie, is not
 * enough for such acts, and clients of the Hub do them with tokens that were made for it.
 */
export function needsProof(actor: Actor, now: Date): boolean {
  const isSession = actor.kind === 'user' && actor.credential.kind === 'session';
  return isSession && !isFreshlyProved(actor, now);
}

/**
 * Whether the actor may read the instance's metrics, which tell how much is used and how. An administrator may, but not
 * through a token that was made to reach some things alone: the one who finds it must not learn of the others.
 */
export function mayInstanceMetrics(actor: Actor): boolean {
  if (mayInstance(actor).allowed) return true;
  return actor.kind === 'user' && actor.administrator && actor.grant.role !== 'fineGrained';
}

/** Whether the actor may like things, and take likes back, in a user's name: their own. */
export function mayLike(actor: Actor): Decision {
  if (actor.kind === 'anonymous') return refuse('unauthenticated');
  if (actor.kind !== 'user') return refuse('forbidden');
  const { grant, userId } = actor;
  if (grant.role !== 'fineGrained') return grant.role === 'write' ? allow : refuse('forbidden');
  const granted = grant.scoped.some(
    ({ entity, permissions }) =>
      entity.type === 'user' && entity.id === userId && permissions.includes('user.social.likes.write'),
  );
  return granted ? allow : refuse('forbidden');
}

/** The namespaces whose private repositories the actor may discover, for lists. */
export function discoverableNamespaces(actor: Actor): readonly string[] {
  if (actor.kind !== 'user' || actor.grant.role === 'fineGrained') return [];
  return [actor.userId, ...actor.memberships.keys()];
}

/** The repositories and namespaces that a fine-grained token reaches by name, for lists. */
export function scopedReach(actor: Actor): { repos: readonly string[]; namespaces: readonly string[] } {
  if (actor.kind !== 'user' || actor.grant.role !== 'fineGrained') return { repos: [], namespaces: [] };
  const repos: string[] = [];
  const namespaces: string[] = [];
  for (const { entity, permissions, patterns } of actor.grant.scoped) {
    if (!grantsReading(permissions)) continue;
    if (entity.type !== 'user' && entity.type !== 'org') repos.push(entity.id);
    else if (patterns === undefined && roleIn(actor, entity.id) !== undefined) namespaces.push(entity.id);
  }
  return { repos, namespaces };
}

function mayAnonymous(mayReadPublic: boolean, action: RepoAction, repo: RepoSubject): Decision {
  const reading = action === 'discover' || action === 'read';
  if (!mayReadPublic || !reading || repo.visibility === 'private') return refuse('unauthenticated');
  if (action === 'discover') return allow;
  if (repo.visibility === 'protected') return refuse('unauthenticated');
  return repo.gated === false ? allow : refuse('gated');
}

function mayDiscover(actor: UserActor, repo: RepoSubject): boolean {
  if (repo.visibility !== 'private') return true;
  return roleIn(actor, repo.namespaceId) !== undefined && grantReachesRepo(actor.grant, false, repo);
}

function mayRead(actor: UserActor, repo: RepoSubject): Decision {
  const member = roleIn(actor, repo.namespaceId) !== undefined && grantReachesRepo(actor.grant, false, repo);
  if (member) return allow;
  if (repo.visibility === 'protected') return refuse('forbidden');
  return repo.gated === false ? allow : refuse('gated');
}

function mayChange(actor: UserActor, action: 'write' | 'administer', repo: RepoSubject): boolean {
  const role = roleIn(actor, repo.namespaceId);
  if (role === undefined || !grantReachesRepo(actor.grant, true, repo)) return false;
  if (includesRole(role, 'write')) return true;
  // A contributor writes only what they made themselves, and never settings.
  return role === 'contributor' && action === 'write' && repo.creatorId === actor.userId;
}

function roleIn(actor: UserActor, namespaceId: RepoSubject['namespaceId']): Role | undefined {
  return actor.userId === namespaceId ? 'admin' : actor.memberships.get(namespaceId);
}

function neededRole(action: NamespaceAction): Role {
  if (action === 'create') return 'contributor';
  return action === 'administer' ? 'admin' : 'read';
}

function grantReachesRepo(grant: Grant, writing: boolean, repo: RepoSubject): boolean {
  if (grant.role !== 'fineGrained') return !writing || grant.role === 'write';
  return grant.scoped.some(({ entity, permissions, patterns }) => {
    const whole = (entity.type === 'user' || entity.type === 'org') && entity.id === repo.namespaceId;
    if (!whole && !(entity.type === repo.type && entity.id === repo.id)) return false;
    if (whole && patterns !== undefined && !patterns.some((pattern) => matchesPattern(pattern, repo.name)))
      return false;
    return writing ? permissions.includes('repo.write') : grantsReading(permissions);
  });
}

function grantReachesNamespace(grant: Grant, action: NamespaceAction, namespace: NamespaceSubject): boolean {
  const reading = action === 'members' || action === 'settings';
  if (grant.role !== 'fineGrained') return reading || grant.role === 'write';
  return grant.scoped.some(({ entity, permissions, patterns }) => {
    if (entity.id !== namespace.id || patterns !== undefined) return false;
    return permissions.some((permission) => NAMESPACE_PERMISSIONS[action].includes(permission));
  });
}

const NAMESPACE_PERMISSIONS: Readonly<Record<NamespaceAction, readonly Permission[]>> = {
  create: ['repo.write'],
  members: ['org.members.read', 'org.members.write', 'org.read', 'org.write'],
  settings: ['org.repos.read', 'repo.access.read', 'org.write'],
  administer: ['org.write'],
};

function grantsReading(permissions: readonly Permission[]): boolean {
  return permissions.includes('repo.content.read') || permissions.includes('repo.write');
}

/** Whether a name matches a pattern in which `*` stands for any text. Linear in the product of both lengths. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  const [first = '', ...rest] = parts;
  if (!text.startsWith(first)) return false;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let from = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
