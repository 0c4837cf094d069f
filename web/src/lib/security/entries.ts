// Entries of the ledger as pages show them, and what somebody asked for of them.
import { type PageCall } from '@holdfast/hub/surfaces/web/pages';
import { textOf } from './list.ts';

type Ledger = PageCall['hub']['centre']['ledger'];
type Filter = Parameters<Ledger['list']>[1];
type Found = Awaited<ReturnType<Ledger['get']>>;

/** How an actor is written in an entry; anything else is the name of a user. */
const WRITTEN = /^(?:user|system|run):|^(?:operator|anonymous)$/;

/** What was asked for; `unknown` where a user was named whom nobody knows. */
export async function filterOf(
  { hub, actor: reader }: Pick<PageCall, 'hub' | 'actor'>,
  query: URLSearchParams,
): Promise<Filter | 'unknown'> {
  // Before any name is looked up: whether there is somebody of that name is told to nobody else. It throws.
  await hub.centre.everybody.namesOf(reader, []);
  const actor = await writtenActor(hub, textOf(query, 'actor'));
  if (actor === 'unknown') return 'unknown';
  const token = textOf(query, 'token');
  return {
    actor,
    credential: token === undefined || token.includes(':') ? token : `token:${token}`,
    subject: textOf(query, 'subject'),
    kind: textOf(query, 'kind'),
    address: textOf(query, 'address'),
    since: momentOf(textOf(query, 'since')),
    until: momentOf(textOf(query, 'until')),
  };
}

/** An actor as an entry writes it; `unknown` where a user was named whom nobody knows. */
export async function writtenActor(
  hub: Pick<PageCall['hub'], 'identity'>,
  text: string | undefined,
): Promise<string | undefined> {
  if (text === undefined || WRITTEN.test(text)) return text;
  const account = await hub.identity.findByName(text);
  return account === undefined ? 'unknown' : `user:${account.id}`;
}

/** A moment as a field of a form writes it, in UTC. */
export function momentOf(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/.test(text)) return undefined;
  const at = new Date(`${text}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** An entry as a row of a table. */
export interface EntryRow {
  readonly hash: string;
  readonly at: string;
  readonly kind: string;
  readonly actor: string;
  readonly actorName: string;
  readonly subject: string;
  readonly subjectName: string;
  readonly address: string;
}

/** Says what people know accounts and repositories by, as far as the reader may know. */
export interface Names {
  readonly accounts: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly repos: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Entries as rows, with the names that people know accounts and repositories by. */
export async function rowsOf({ accounts, repos }: Names, entries: readonly Found[]): Promise<EntryRow[]> {
  const references = entries.flatMap(({ actor: by, subject }) => [by, subject]);
  const names = new Map([
    ...(await accounts(idsIn(references, /^(?:user|account):([0-9a-f]{24})$/))),
    ...(await repos(idsIn(references, /^repo:([0-9a-f]{24})$/))),
  ]);
  const nameOf = (reference: string): string =>
    names.get(reference.slice(reference.indexOf(':') + 1)) ?? shortened(reference);
  return entries.map(({ hash, at, kind, actor: by, subject, personal, doubted }) => ({
    ...{ hash, at, kind, subject, actor: by, actorName: nameOf(by), subjectName: nameOf(subject) },
    // What somebody changed is told with the entry.
    address: personal['address'] ?? (doubted['address'] === undefined ? '' : '⚠'),
  }));
}

/** The ids in references of one kind. */
function idsIn(references: readonly string[], kind: RegExp): string[] {
  return references.flatMap((one) => kind.exec(one)?.slice(1) ?? []);
}

/** A reference with the middle of its digits left out. */
export function shortened(reference: string): string {
  return reference.replace(/([0-9a-f]{8})[0-9a-f]{12,}([0-9a-f]{4})/g, '$1…$2');
}

/** The body of an entry, one member a line. */
export function bodyOf(canonical: string): string {
  return JSON.stringify(JSON.parse(canonical), undefined, 2);
}
