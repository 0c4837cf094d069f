// Who holds or held the secrets of one Space, and where they could have copied them. Nothing here has a value.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../../lib/call.ts';
import { momentOf, pagerOf, textOf } from '../../../../lib/security/list.ts';

/** Rows of one table on the page; the command shows more. */
const MOST_ROWS = 200;

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const { centre } = callOf(event).hub;
  const name = textOf(event.url.searchParams, 'name');
  const before = momentOf(event.url.searchParams, 'before');
  return await show(event, async () => {
    const {
      id,
      name: space,
      versions,
      isCut,
      back,
    } = await centre.sinks.list(actor, event.params['space'] ?? '', { name, before });
    const people = versions.flatMap(({ set, deleted }) => [set?.by, deleted?.by].flatMap(userIn));
    const names = await centre.everybody.namesOf(actor, people);
    const whoOf = (by: string): string => names.get(userIn(by)[0] ?? '') ?? by;
    return {
      ...{ before, back, pager: pagerOf(event.url, back, 'before') },
      ...{ space, isCut, all: name === undefined ? undefined : `/security/secrets/${id}` },
      versions: versions.map(({ set, deleted, holders, sinks, ...facts }) => ({
        ...facts,
        acts: {
          set: set && { ...set, who: whoOf(set.by) },
          deleted: deleted && { ...deleted, who: whoOf(deleted.by) },
        },
        holders: holders.slice(-MOST_ROWS).toReversed(),
        isCut: facts.isCut || holders.length > MOST_ROWS,
        ...{ logs: sinks.logs, unanswered: sinks.unanswered, repositories: sinks.repositories },
        incomplete: sinks.incomplete,
        hosts: sinks.hosts.slice(0, MOST_ROWS),
        moreHosts: sinks.moreHosts + Math.max(0, sinks.hosts.length - MOST_ROWS),
      })),
    };
  });
}

function userIn(by: string | undefined): string[] {
  return /^user:([0-9a-f]{24})$/.exec(by ?? '')?.slice(1) ?? [];
}
