// A user or an organisation, as others see it: who it is, who belongs to it, and what it has.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, show } from '../../lib/call.ts';
import { listPath, TYPES } from '../../lib/repo/address.ts';
import { presentRepo } from '../../lib/repo/present.ts';
import { languageOf } from '../../lib/words-of.ts';

const LIMIT = 20;
const MOST_PEOPLE = 60;

export async function load(event: ServerLoadEvent) {
  const { hub, actor, visit } = callOf(event);
  const language = languageOf(event);
  const account = await show(event, () => hub.getNamespace(actor, event.params['namespace'] ?? ''));
  const { name, kind, createdAt } = account;
  // A name that was left leads to the one it has now, and so does another spelling.
  if (event.params['namespace'] !== name) redirect(302, `/${encodeURIComponent(name)}`);
  const lists = await show(event, () =>
    Promise.all(
      TYPES.map(async (type) => {
        const wish = { type, author: name, tags: [], sort: 'lastModified', ascending: false } as const;
        const { items, next } = await hub.repos.list(actor, { ...wish, limit: LIMIT, cards: true });
        const all = `${listPath(type)}?${new URLSearchParams({ author: name, sort: 'lastModified' }).toString()}`;
        return {
          type,
          repos: items.map((repo) => presentRepo(repo, language)),
          all: next === undefined ? undefined : all,
        };
      }),
    ),
  );
  const people =
    kind === 'org'
      ? await hub.identity.listMembers(account.id, { after: '', limit: MOST_PEOPLE })
      : undefined;
  const roles = hub.seesRoles(actor, account);
  return {
    owner: { name, kind, createdAt, fullname: account.fullname === name ? '' : account.fullname },
    lists: lists.filter(({ repos }) => repos.length > 0),
    members:
      people?.items.map(({ user, role }) => ({ name: user.name, role: roles ? role : undefined })) ?? [],
    more: people?.next !== undefined,
    organizations:
      kind === 'org' ? [] : (await hub.identity.listMemberships(account.id)).map(({ orgName }) => orgName),
    manages: visit?.memberships.some(({ orgId }) => orgId === account.id) === true,
  };
}
