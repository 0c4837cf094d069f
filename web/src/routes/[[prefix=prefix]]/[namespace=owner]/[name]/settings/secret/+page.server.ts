// Sets a secret of a Space, or replaces it. The value does not pass through here: the hub hands it to the vault, and where the page
// has script it has come sealed.
import { type Visit } from '@holdfast/hub/surfaces/web/pages';
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, pathOf, requireVisit, show } from '../../../../../../lib/call.ts';
import { addressOf, presentHead } from '../../../../../../lib/repo/open.ts';
import { repoPath } from '../../../../../../lib/repo/address.ts';
import { typedOf, wishOf } from '../../../../../../lib/seal/secret-wish.ts';
import { openOwnSpace } from '../../../../../../lib/space/open.ts';
import { presentSecret } from '../../../../../../lib/space/settings.ts';

export async function load(event: ServerLoadEvent) {
  const { repo, visit } = await openOwnSpace(event);
  const { hub } = callOf(event);
  const name = event.url.searchParams.get('name');
  const secrets = name === null ? [] : await show(event, () => hub.secrets.list(visit.actor, repo));
  const fresh = hub.isFresh(visit);
  return {
    repo: presentHead(event, repo),
    ...(fresh && (await openKey(event, visit))),
    replaced: secrets.map(presentSecret).find((secret) => secret.name === name),
    fresh,
    here: pathOf(event.url),
  };
}

/** The key that the value is sealed to; without one nothing could be kept, and the page says why. */
async function openKey(event: ServerLoadEvent, { actor }: Visit) {
  const call = callOf(event);
  try {
    const { id, publicKey, space } = await call.hub.secrets.formKey(actor, addressOf(event));
    return { key: { id, publicKey, space } };
  } catch (thrown) {
    const refusal = call.refusalOf(thrown);
    if (refusal === undefined) throw thrown;
    return { problem: { code: refusal.code, message: refusal.message } };
  }
}

export const actions = {
  default: async (event: RequestEvent) => {
    requireVisit(event);
    const call = callOf(event);
    const { form } = call;
    const space = addressOf(event);
    const typed = typedOf((name) => field(form, name));
    const outcome = await attempt(
      event,
      async () => {
        await call.setSecret(space, { ...wishOf(typed), ...sealedOf(form) });
        return typed['key'] ?? '';
      },
      typed,
    );
    if (typeof outcome !== 'string') return outcome;
    const back = `${repoPath('space', space)}/settings/app`;
    redirect(303, `${back}?kept=${encodeURIComponent(outcome)}#secrets`);
  },
};

/** The value as the page's script sealed it; nothing from a page without script. */
function sealedOf(form: URLSearchParams) {
  const [sealed, sealedBy] = [field(form, 'sealed'), field(form, 'sealedBy')];
  return sealed === '' ? {} : { sealed, sealedBy };
}
