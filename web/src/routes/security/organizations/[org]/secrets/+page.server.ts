// Which secrets the Spaces of an organisation have. Nothing here has a value.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit } from '../../../../../lib/call.ts';
import { afterOf, choiceOf, pagerOf } from '../../../../../lib/security/list.ts';
import { showOrg } from '../../../../../lib/security/org.ts';
import { SECRET_KINDS, SECRET_SPACES, secretRows } from '../../../../../lib/security/secret-rows.ts';

export async function load(event: ServerLoadEvent) {
  const { actor: reader } = requireVisit(event);
  const { secrets } = callOf(event).hub.centre;
  const { searchParams } = event.url;
  const only = choiceOf(searchParams, 'only', SECRET_KINDS);
  const after = afterOf(searchParams) as typeof reader.userId | undefined;
  return await showOrg(event, async ({ org, actor }) => {
    const { items, next } = await secrets.listOf(actor, org.id, { limit: SECRET_SPACES, after });
    return {
      ...{ only, kinds: [...SECRET_KINDS] },
      ...{ spaces: secretRows(items, only), pager: pagerOf(event.url, next) },
    };
  });
}
