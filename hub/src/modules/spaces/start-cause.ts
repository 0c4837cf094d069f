// Whose act a start follows: the newest on the ledger since the start before, of those that have a Space start anew.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { EntrySearch, readBody, type FoundEntry } from '#modules/ledger';

/** Acts by which people have a Space start. */
const CAUSES: ReadonlySet<string> = new Set([
  ...['repo.created', 'repo.duplicated', 'repo.settings-changed', 'repo.moved'],
  ...['commit.created', 'commit.rewritten', 'commit.squashed', 'ref.created', 'ref.moved'],
  ...['space.restarted', 'space.hardware-set', 'space.egress-set'],
  ...['space.variable-set', 'space.variable-deleted', 'space.variables-begun'],
]);
const OF_SECRETS: ReadonlySet<string> = new Set(['secret.set', 'secret.deleted']);
/** Entries that are looked at. */
const MOST = 200;

/** Who acts, as an entry names them. */
export interface StartCause {
  readonly actor: string;
  readonly credential: string;
}

/** Whose act it is that a Space starts now; `undefined` where nobody did anything since the start before. */
export async function findStartCause(db: Db, space: Id): Promise<StartCause | undefined> {
  const search = new EntrySearch(db);
  const { items } = await search.list({ subject: `repo:${space}` }, { limit: MOST });
  const before = items.findIndex(({ kind }) => kind === 'run.started');
  const since = items[before]?.at;
  const ofRepo = items.slice(0, before === -1 ? items.length : before).filter(({ kind }) => CAUSES.has(kind));
  const secrets = await search.list(
    { kind: 'secret.', ...(since !== undefined && { since: new Date(since) }) },
    { limit: MOST },
  );
  const ofSecrets = secrets.items.filter((entry) => OF_SECRETS.has(entry.kind) && isOf(entry, space));
  const [cause] = [...ofRepo, ...ofSecrets]
    .filter(({ actor }) => actor.startsWith('user:'))
    .toSorted((one, other) => (one.at < other.at ? 1 : -1));
  return cause && { actor: cause.actor, credential: cause.credential };
}

function isOf({ body }: FoundEntry, space: Id): boolean {
  return readBody(body)['space'] === space;
}
