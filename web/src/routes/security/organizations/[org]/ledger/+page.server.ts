// Entries of the ledger about what is an organisation's.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../../lib/call.ts';
import { momentOf, rowsOf, writtenActor } from '../../../../../lib/security/entries.ts';
import { pagerOf, ROWS, textOf } from '../../../../../lib/security/list.ts';
import { showOrg } from '../../../../../lib/security/org.ts';
import { orgSubject, writtenRepo } from '../../../../../lib/security/org-subject.ts';

/** Repositories that are offered; any other is asked for by its name. */
const OFFERED = 200;
const NOTHING = { rows: [], pager: { first: undefined, next: undefined } };

export async function load(event: ServerLoadEvent) {
  const { hub } = callOf(event);
  const { orgLedger, orgPeople, repos } = hub.centre;
  const { searchParams: query } = event.url;
  return await showOrg(event, async ({ org, actor }) => {
    const offered = await repos.listIn(actor, org.id, OFFERED);
    const shared = {
      wish: Object.fromEntries(query),
      offered: offered.map((one) => writtenRepo(org.name, one)),
    };
    const subject = await subjectOf(textOf(query, 'subject'));
    if (subject === 'unknown') return { ...shared, ...NOTHING, unknown: 'subject' as const };
    const by = await writtenActor(hub, textOf(query, 'actor'));
    if (by === 'unknown') return { ...shared, ...NOTHING, unknown: 'actor' as const };
    const { items, next } = await orgLedger.list(actor, org.id, {
      filter: {
        ...{ subject, actor: by, kind: textOf(query, 'kind') },
        ...{ since: momentOf(textOf(query, 'since')), until: momentOf(textOf(query, 'until')) },
      },
      ...{ limit: ROWS, cursor: query.get('cursor') ?? undefined },
    });
    const names = {
      accounts: async (ids: readonly string[]) => await orgPeople.namesOf(actor, org.id, ids),
      repos: async (ids: readonly string[]) => await repos.namesIn(actor, org.id, ids),
    };
    const rows = await rowsOf(names, items);
    return { ...shared, rows, pager: pagerOf(event.url, next, 'cursor'), unknown: undefined };

    async function subjectOf(text: string | undefined): Promise<string | undefined> {
      if (text === undefined) return undefined;
      const asked = orgSubject(org.name, text);
      if (asked === undefined) return 'unknown';
      if (asked.kind === 'reference') return asked.reference;
      const id = await repos.findIn(actor, org.id, asked);
      return id === undefined ? 'unknown' : `repo:${id}`;
    }
  });
}
