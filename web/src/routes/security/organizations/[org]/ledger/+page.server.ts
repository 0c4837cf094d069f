// Entries of the ledger about what is an organisation's: found, and followed as they come.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { type PageCall } from '@holdfast/hub/surfaces/web/pages';
import { callOf } from '../../../../../lib/call.ts';
import { momentOf, rowsOf, writtenActor } from '../../../../../lib/security/entries.ts';
import { pagerOf, ROWS, textOf, withQuery } from '../../../../../lib/security/list.ts';
import { showOrg, type OrgAt } from '../../../../../lib/security/org.ts';
import { orgBase } from '../../../../../lib/security/places.ts';
import { orgSubject, writtenRepo } from '../../../../../lib/security/org-subject.ts';

/** Repositories that are offered; any other is asked for by its name. */
const OFFERED = 200;
const NOTHING = { rows: [], pager: { first: undefined, next: undefined }, live: undefined };
/** Entries that come into a page at a time. */
const AT_ONCE = 200;

type Centre = PageCall['hub']['centre'];
type Filter = Parameters<Centre['orgLedger']['follow']>[2]['filter'];

export async function load(event: ServerLoadEvent) {
  const { hub } = callOf(event);
  const { searchParams: query } = event.url;
  const isLive = query.has('live');
  return await showOrg(event, async (at) => {
    const offered = await hub.centre.repos.listIn(at.actor, at.org.id, OFFERED);
    const shared = {
      wish: Object.fromEntries(query),
      toggle: withQuery(event.url, { live: isLive ? undefined : '1', from: undefined, cursor: undefined }),
      offered: offered.map((one) => writtenRepo(at.org.name, one)),
    };
    const subject = await subjectOf(hub.centre, at, textOf(query, 'subject'));
    if (subject === 'unknown') return { ...shared, ...NOTHING, unknown: 'subject' as const };
    const actor = await writtenActor(hub, textOf(query, 'actor'));
    if (actor === 'unknown') return { ...shared, ...NOTHING, unknown: 'actor' as const };
    const filter = { subject, actor, kind: textOf(query, 'kind') };
    // Its script asks this page again, and no other.
    if (isLive) callOf(event).allow({ ask: `${orgBase(at.org.name)}/ledger` });
    const show = isLive ? follow : find;
    return { ...shared, ...(await show(hub.centre, at, { filter, url: event.url })), unknown: undefined };
  });
}

async function subjectOf(
  { repos }: Centre,
  { org, actor }: OrgAt,
  text: string | undefined,
): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const asked = orgSubject(org.name, text);
  if (asked === undefined) return 'unknown';
  if (asked.kind === 'reference') return asked.reference;
  const id = await repos.findIn(actor, org.id, asked);
  return id === undefined ? 'unknown' : `repo:${id}`;
}

interface Wish {
  readonly filter: Filter;
  readonly url: URL;
}

async function find(centre: Centre, at: OrgAt, { filter, url }: Wish) {
  const { searchParams: query } = url;
  const { items, next } = await centre.orgLedger.list(at.actor, at.org.id, {
    filter: {
      ...filter,
      ...{ since: momentOf(textOf(query, 'since')), until: momentOf(textOf(query, 'until')) },
    },
    ...{ limit: ROWS, cursor: query.get('cursor') ?? undefined },
  });
  const rows = await rowsOf(namesOf(centre, at), items);
  return { rows, pager: pagerOf(url, next, 'cursor'), live: undefined };
}

async function follow(centre: Centre, at: OrgAt, { filter, url }: Wish) {
  const from = instantOf(url.searchParams.get('from'));
  const wish = { filter, from, limit: AT_ONCE };
  const { items, next, cutSince } = await centre.orgLedger.follow(at.actor, at.org.id, wish);
  const rows = await rowsOf(namesOf(centre, at), items);
  return { ...NOTHING, rows, live: { next: next.getTime(), more: cutSince && listSince(url, cutSince) } };
}

/** The list of the same from a moment on, as its form writes one. */
function listSince(url: URL, since: Date): string {
  const left = { live: undefined, from: undefined, until: undefined, cursor: undefined };
  return withQuery(url, { ...left, since: since.toISOString().slice(0, 19) });
}

function namesOf({ orgPeople, repos }: Centre, { org, actor }: OrgAt): Parameters<typeof rowsOf>[0] {
  return {
    accounts: async (ids) => await orgPeople.namesOf(actor, org.id, ids),
    repos: async (ids) => await repos.namesIn(actor, org.id, ids),
  };
}

/** A moment as following has it: milliseconds since 1970. */
function instantOf(text: string | null): Date | undefined {
  return text !== null && /^\d{1,13}$/.test(text) ? new Date(Number(text)) : undefined;
}
