// Whether a name can be given to a repository, and by whom.
import { type Tx } from '@holdfast/platform/postgres/database';
import { mayNamespace, mayRepo, type Actor } from '#modules/access';
import { AccountReader, holdAccount, isNamespaceName, type Account } from '#modules/identity';
import { namespaceForbidden, namespaceMissing, repoExists, repoNameRedirects } from './faults.ts';
import { fullName, subjectOf, type Repo } from './model.ts';
import { type RepoAddress } from './repos.ts';
import { RepoReader } from './store.ts';

/** Throws `repo.exists` or `repo.name-redirects` for a name that another repository has or had; `movingId` may go back. */
export async function requireFreeName(
  tx: Tx,
  actor: Actor,
  wish: RepoAddress & { namespaceId: Repo['namespaceId']; movingId?: Repo['id'] },
): Promise<void> {
  const reader = new RepoReader(tx);
  const standing = await reader.findName(wish.type, wish.namespaceId, wish.name);
  if (standing === undefined || standing.state === 'tombstone') return;
  // A repository may go back to a name of its own.
  if (standing.repo_id === wish.movingId) return;
  if (standing.state === 'redirect') {
    const moved = await reader.findById(standing.repo_id);
    // Where it went is told only to those who may know of it.
    const known = moved !== undefined && mayRepo(actor, 'discover', subjectOf(moved)).allowed;
    throw repoNameRedirects(fullName(wish), known ? fullName(moved) : undefined);
  }
  throw repoExists(fullName(wish));
}

/** The namespace, if the actor may make repositories in it. Throws `repo.namespace-missing`, `.namespace-forbidden`. */
export async function requireCreate(tx: Tx, actor: Actor, name: string): Promise<Account> {
  const account = isNamespaceName(name) ? await new AccountReader(tx).findByName(name) : undefined;
  // Held, so that nothing is made in a namespace that is renamed or deleted at this moment.
  const held = account && (await holdAccount(tx, account.id));
  if (account === undefined || held?.disabledAt !== null || held.name !== account.name)
    throw namespaceMissing(name);
  const decision = mayNamespace(actor, 'create', { kind: 'namespace', id: account.id, type: account.kind });
  if (!decision.allowed) throw namespaceForbidden(name);
  return account;
}
