// The right to a repository that was found, or the refusal that tells no more than the actor may know.
import { mayRepo, type Actor, type RepoAction } from '#modules/access';
import { repoForbidden, repoGated, repoMissing, repoSignInNeeded } from './faults.ts';
import { fullName, subjectOf, type Repo } from './model.ts';

/** Throws `repo.missing`, `.sign-in-needed`, `.gated` or `.forbidden` unless the actor may do this to the repository. */
export function requireRight(actor: Actor, action: RepoAction, repo: Repo): void {
  const decision = mayRepo(actor, action, subjectOf(repo));
  if (decision.allowed) return;
  if (decision.refusal === 'missing') throw repoMissing();
  if (decision.refusal === 'unauthenticated') throw repoSignInNeeded();
  if (decision.refusal === 'gated') throw repoGated(fullName(repo));
  throw repoForbidden(needOf(actor, action, repo));
}

/** What somebody lacks; whether it is the account or only its token makes who can help. */
function needOf(actor: Actor, action: RepoAction, repo: Repo): string {
  const need = action === 'write' ? 'write access' : 'the write or admin role';
  const byAccount: Actor = actor.kind === 'user' ? { ...actor, grant: { role: 'write' } } : actor;
  if (!mayRepo(byAccount, action, subjectOf(repo)).allowed) return need;
  return 'a token with write access. Your account has the right, this token has not';
}
