// How an organisation stands now, for who administers it.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../lib/call.ts';
import { countDay } from '../../../../lib/security/hours.ts';
import { showOrg } from '../../../../lib/security/org.ts';

export async function load(event: ServerLoadEvent) {
  const { orgPeople, traffic } = callOf(event).hub.centre;
  return await showOrg(event, async ({ org, actor }) => {
    const counted = await traffic.hoursOfOrg(actor, org.id);
    return {
      people: await orgPeople.count(actor, org.id),
      today: {
        doorRefusals: countDay(counted, 'doorRefusals'),
        secretUses: countDay(counted, 'secretUses'),
      },
      ...counted,
    };
  });
}
