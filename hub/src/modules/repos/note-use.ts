// Tells what a classic token is used for, where it takes a permission at all.
import { mayRepo, type Actor, type GrantUse, type GrantUses, type RepoAction } from '#modules/access';
import { type Account } from '#modules/identity';
import { fullName, subjectOf, type Repo } from './model.ts';

const NOTHING = { role: 'fineGrained', scoped: [], global: [], canReadGatedRepos: false } as const;

/** Notes that an actor did this to a repository, unless a token without any scope could have. */
export function noteRepoUse(
  uses: GrantUses,
  actor: Actor,
  { action, repo }: { readonly action: RepoAction; readonly repo: Repo },
): void {
  if (actor.kind !== 'user' || actor.grant.role === 'fineGrained') return;
  const reading = action === 'discover' || action === 'read';
  if (reading && mayRepo({ ...actor, grant: NOTHING }, action, subjectOf(repo)).allowed) return;
  const { id, type, namespaceId, namespace } = repo;
  uses.note(actor, {
    entity: { type, id, name: fullName(repo) },
    // Who is neither the namespace nor a member of it has no right there that a token could be used for.
    namespace: { type: actor.userId === namespaceId ? 'user' : 'org', id: namespaceId, name: namespace },
    permission: reading ? 'repo.content.read' : 'repo.write',
  });
}

/** Notes that an actor made something in a namespace. */
export function noteNamespaceUse(
  uses: GrantUses,
  actor: Actor,
  { of, permission }: { readonly of: Account; readonly permission: GrantUse['permission'] },
): void {
  const entity = { type: of.kind, id: of.id, name: of.name };
  if (actor.kind === 'user') uses.note(actor, { entity, namespace: entity, permission });
}
