// Applications that somebody lets in, and those that they registered.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { linesOf } from '../../../lib/scope-form.ts';
import { wordsOf } from '../../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account, memberships } = requireVisit(event);
  const { hub } = callOf(event);
  const authorized = await show(event, () => hub.applications.listAuthorized(actor));
  const own = await hub.applications.list(actor);
  const tokens = await hub.tokens.list(actor, account.name);
  const usedOf = (id: string): Date[] =>
    tokens.flatMap(({ token, lastUse }) => (token.application?.id === id && lastUse ? [lastUse.at] : []));
  return {
    offered: Object.keys(wordsOf(event).consent.scopes),
    authorized: authorized.map(({ application: { id, name }, authorization }) => ({
      ...{ id, name, scopes: [...authorization.scopes], beganAt: authorization.beganAt },
      orgs: memberships.filter(({ orgId }) => authorization.orgs.includes(orgId)).map((one) => one.orgName),
      usedAt: [authorization.usedAt, ...usedOf(id)].reduce(
        (last, one) => (one !== null && (last === null || one > last) ? one : last),
        null,
      ),
    })),
    own: own.map(({ id, name, redirects, scopes, secretDigest }) => ({
      ...{ id, name, redirects: [...redirects], scopes: [...scopes] },
      confidential: secretDigest !== null,
    })),
  };
}

export const actions = {
  register: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    const typed = {
      name: field(form, 'name'),
      redirects: field(form, 'redirects'),
      kind: field(form, 'kind'),
      scopes: form.getAll('scope').join(' '),
    };
    return await attempt(
      event,
      async () => {
        const { application, secret } = await hub.applications.register(actor, {
          name: typed.name,
          redirects: linesOf(form, 'redirects'),
          scopes: form.getAll('scope'),
          isConfidential: typed.kind === 'confidential',
        });
        return { made: application.id, secret: secret?.reveal('to show it once to who registered it') };
      },
      typed,
    );
  },
  delete: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    return await attempt(event, async () => {
      await hub.applications.delete(actor, field(form, 'id') as typeof actor.userId);
      return { deleted: true };
    });
  },
  revoke: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    return await attempt(event, async () => {
      await hub.applications.revoke(actor, field(form, 'id') as typeof actor.userId);
      return { revoked: true };
    });
  },
};
