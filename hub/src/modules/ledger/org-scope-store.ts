// Which entries are an organisation's: those about itself, about its repositories since they are its own, about secrets of its Spaces, and
// what it decided about tokens.
import { sql, type Kysely } from 'kysely';
import { idsSince, parseId, type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { readBody } from './model.ts';
import { PossessionReader } from './possession-store.ts';
import { SUMS_OF_RUNS, type FoundEntry } from './search-store.ts';
import { type LedgerTables } from './tables.ts';
import { SAID } from './told-count-store.ts';

/** Of the entries about something, those that are the organisation's. */
export interface OrgScope {
  readonly subject: string;
  /** From then on; before, it was somebody else's. */
  readonly since?: Date;
  /** Only those whose body names the organisation. */
  readonly org?: Id;
}

/** Whether a repository is the organisation's now. */
export type IsTheirs = (repoId: Id) => Promise<boolean>;

/**
 * Repeats of reads are counted at the end of their hour, up to ten seconds late: so long after a repository came, they may be of readers of
 * whom it was.
 */
const LATE_MS = 3_600_000 + 60_000;

/** From when on repeats of reads are the organisation's. */
export function repeatsSince({ since }: OrgScope): Date | undefined {
  return since && new Date(since.getTime() + LATE_MS);
}

/** From which run on such sums are the organisation's: of one that began before, they tell of when it was somebody else's. */
export function runsSince({ since }: OrgScope): string | undefined {
  return since && idsSince(since);
}

/** Whether an entry is within it. */
export function isWithin(scope: OrgScope, entry: FoundEntry): boolean {
  const { subject, org } = scope;
  if (entry.subject !== subject) return false;
  const since = entry.kind === 'read.repeated' ? repeatsSince(scope) : scope.since;
  if (since !== undefined && new Date(entry.at) < since) return false;
  const { run, org: of } = readBody(entry.body);
  const first = runsSince(scope);
  const isSum = first !== undefined && SUMS_OF_RUNS.includes(entry.kind);
  if (isSum && (typeof run !== 'string' || run < first)) return false;
  return org === undefined || of === org;
}

/** Finds what is an organisation's. */
export class OrgScopeReader {
  readonly #db: Db;
  readonly #ledger: Kysely<LedgerTables>;

  constructor(db: Db) {
    this.#db = db;
    this.#ledger = db.withTables<LedgerTables>();
  }

  /** What of the entries about a subject is the organisation's; `undefined` for nothing. */
  async find(orgId: Id, subject: string, isTheirs: IsTheirs): Promise<OrgScope | undefined> {
    const [kind, text] = subject.split(':', 2);
    const id = parseId(text ?? '');
    if (id === undefined) return undefined;
    if (kind === 'account') return id === orgId ? { subject } : undefined;
    if (kind === 'token') return { subject, org: orgId };
    const isOfSecret = kind === 'secret' || kind === 'reach';
    const repoId = kind === 'repo' ? id : isOfSecret ? await this.#spaceOf(`secret:${id}`) : undefined;
    if (repoId === undefined || !(await isTheirs(repoId))) return undefined;
    const since = (await this.cameAt(orgId, [repoId])).get(repoId);
    return since === undefined ? { subject } : { subject, since };
  }

  /** When those of these repositories that came from another namespace did; what happened before is that one's, addresses too. */
  async cameAt(orgId: Id, repoIds: readonly Id[]): Promise<Map<Id, Date>> {
    if (repoIds.length === 0) return new Map();
    const rows = await this.#ledger
      .selectFrom('ledger.entry')
      .select(['subject', 'at'])
      .distinctOn('subject')
      .where('kind', '=', 'repo.moved')
      .where(
        'subject',
        'in',
        repoIds.map((id) => `repo:${id}`),
      )
      .where(sql<boolean>`${SAID} ->> 'from' <> ${orgId}`)
      .orderBy('subject')
      .orderBy('at', 'desc')
      .execute();
    return new Map(rows.map(({ subject, at }) => [subject.slice('repo:'.length) as Id, at]));
  }

  async #spaceOf(secret: string): Promise<Id | undefined> {
    const set = await new PossessionReader(this.#db).findSetting(secret);
    if (set === undefined) return undefined;
    const { space } = readBody(set.body);
    return typeof space === 'string' ? parseId(space) : undefined;
  }
}
