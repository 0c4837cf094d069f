// What goes on record about a Space.
import { type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { type Repo } from '#modules/repos';

/** Records a change that somebody made to a Space, in its transaction. */
export async function recordChange(
  tx: Tx,
  actor: Actor,
  { kind, repo, body }: { readonly kind: string; readonly repo: Pick<Repo, 'id'>; readonly body: object },
): Promise<void> {
  await record(tx, { kind, subject: `repo:${repo.id}`, ...referencesOf(actor), body: { ...body } });
}
