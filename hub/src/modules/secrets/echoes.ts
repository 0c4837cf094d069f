// Tells people that the value of a secret was seen in an answer to an app: the app has it from then on, so that it is to be replaced.
// The vault says so on the ledger, which is read once a minute. Invariant: of one version nobody is told twice in a day.
import { z } from 'zod';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { AccountReader, PolicyReader } from '#modules/identity';
import { EntrySearch, type FollowedEntry } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { RepoReader, type Repo } from '#modules/repos';
import { ToldStore } from './told-store.ts';

/** Entries that are looked through at once. */
const AT_ONCE = 5_000;

const Echo = z.looseObject({ space: z.string(), host: z.string() });
const Setting = z.looseObject({ name: z.string() });

/** Reads the ledger for it. */
export class Echoes {
  readonly #db: Db;

  constructor({ db }: { readonly db: Db }) {
    this.#db = db;
  }

  /** Tells of what was seen since the last time. */
  async tell(signal: AbortSignal): Promise<void> {
    for (let isBehind = true; isBehind && !signal.aborted;)
      isBehind = await this.#db.transaction(async (tx) => await this.#tellSome(tx));
  }

  /** Tells of some; gives whether there may be more. */
  async #tellSome(tx: Tx): Promise<boolean> {
    const store = new ToldStore(tx);
    const from = await store.hold();
    const search = new EntrySearch(this.#db);
    const { items, next } = await search.follow({ kind: 'secret.echoed' }, { from, limit: AT_ONCE });
    // A route that echoes each time it is asked says so often: once a day of a version counts.
    const days = new Map(items.map((echo) => [`${echo.subject} ${echo.at.slice(0, 10)}`, echo]));
    for (const echo of days.values()) await this.#tellOf(tx, search, echo);
    await store.put(next);
    return next - from === AT_ONCE;
  }

  async #tellOf(tx: Tx, search: EntrySearch, { at, subject, body }: FollowedEntry): Promise<void> {
    const { space, host } = Echo.parse(JSON.parse(body));
    const repo = await new RepoReader(tx).findById(space as Id);
    // A Space that is deleted has no secrets any more.
    if (repo === undefined) return;
    const { name: secret, actor } = await findSetting(search, subject);
    const facts = { kind: 'secret-echoed', secret, host, space: `${repo.namespace}/${repo.name}` } as const;
    const event = `secret.echoed:${subject}:${at.slice(0, 10)}`;
    for (const recipientId of await whomToTell(tx, repo, actor))
      await writeMail(tx, { event, recipientId, facts, at: new Date(at) });
  }
}

/** What it is called, and who set it, as far as the entries of then are kept. */
async function findSetting(search: EntrySearch, subject: string): Promise<{ name: string; actor: string }> {
  const [set] = (await search.list({ kind: 'secret.set', subject }, { limit: 1 })).items;
  const [released] = set ? [] : (await search.list({ kind: 'secret.released', subject }, { limit: 1 })).items;
  const said = Setting.safeParse(JSON.parse((set ?? released)?.body ?? '{}'));
  return { name: said.data?.name ?? subject.replace('secret:', ''), actor: set?.actor ?? '' };
}

/** Who set the secret, while the Space is still theirs or of an organisation of theirs; else who administers it. */
async function whomToTell(tx: Tx, { namespaceId }: Repo, actor: string): Promise<readonly Id[]> {
  const setter = /^user:(.+)$/.exec(actor)?.[1] as Id | undefined;
  if (setter === namespaceId) return [namespaceId];
  const people = new AccountReader(tx);
  const setBy = setter === undefined ? undefined : await people.findById(setter);
  if (setBy?.disabledAt === null && (await people.isMember(namespaceId, setBy.id))) return [setBy.id];
  const owner = await people.findById(namespaceId);
  return owner?.kind === 'org' ? await new PolicyReader(tx).listAdministrators(namespaceId) : [namespaceId];
}
