// The settings of the app of a Space: what it sees, what it may use, and whether it runs.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../../../../lib/call.ts';
import { openApp } from '../../../../../../lib/repo/app.ts';
import { addressOf, presentHead } from '../../../../../../lib/repo/open.ts';
import { openOwnSpace } from '../../../../../../lib/space/open.ts';
import { openSettings } from '../../../../../../lib/space/settings.ts';

export async function load(event: ServerLoadEvent) {
  const { repo, visit } = await openOwnSpace(event);
  const { searchParams } = event.url;
  const settings = await openSettings(event, repo, visit);
  return {
    repo: presentHead(event, repo),
    app: await openApp(event, repo),
    ...settings,
    edited: settings.variables.find(({ name }) => name === searchParams.get('change')),
    kept: settings.secrets.find(({ name }) => name === searchParams.get('kept')),
  };
}

type Space = ReturnType<typeof addressOf>;
type Hub = ReturnType<typeof callOf>['hub'];

/** An action that changes something, and comes back to the page. */
function changing(work: (hub: Hub, space: Space, form: URLSearchParams) => Promise<unknown>) {
  return async (event: RequestEvent) => {
    requireVisit(event);
    const { hub, form } = callOf(event);
    const values = Object.fromEntries([...form.keys()].map((name) => [name, field(form, name)]));
    const outcome = await attempt(
      event,
      async () => {
        await work(hub, addressOf(event), form);
        return undefined;
      },
      values,
    );
    if (outcome === undefined) redirect(303, event.url.pathname);
    return outcome;
  };
}

function who(event: RequestEvent) {
  return callOf(event).who;
}

const SECONDS = /^(?:-1|[1-9]\d{0,7})$/;

export const actions = {
  act: (event: RequestEvent) =>
    changing(async (hub, space, form) => {
      const act = field(form, 'act');
      if (act === 'pause') await hub.spaces.pause(who(event), space);
      else await hub.spaces.restart(who(event), space, act === 'factory');
    })(event),
  variable: (event: RequestEvent) =>
    changing(async (hub, space, form) => {
      const description = field(form, 'description').trim();
      await hub.spaces.setVariable(who(event), space, {
        name: field(form, 'name').trim(),
        value: field(form, 'value').replaceAll('\r\n', '\n'),
        description: description === '' ? null : description,
      });
    })(event),
  'delete-variable': (event: RequestEvent) =>
    changing((hub, space, form) => hub.spaces.deleteVariable(who(event), space, field(form, 'name')))(event),
  'delete-secret': (event: RequestEvent) =>
    changing((hub, space, form) => hub.secrets.delete(who(event), space, field(form, 'name')))(event),
  limits: (event: RequestEvent) =>
    changing(async (hub, space, form) => {
      const text = field(form, 'sleep');
      const sleepSeconds = SECONDS.test(text) ? Number(text) : undefined;
      await hub.spaces.requestHardware(who(event), space, {
        hardware: field(form, 'hardware'),
        sleepSeconds,
      });
    })(event),
  egress: (event: RequestEvent) =>
    changing(async (hub, space, form) => {
      const kind = field(form, 'kind');
      const hosts = field(form, 'hosts')
        .split(/\s+/)
        .filter((host) => host !== '');
      if (kind === 'list') await hub.spaces.setEgress(who(event), space, { kind, hosts });
      else await hub.spaces.setEgress(who(event), space, { kind: kind === 'closed' ? kind : 'open' });
    })(event),
};
