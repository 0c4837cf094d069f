// How an organisation stands now, for who administers it.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../lib/call.ts';
import { showOrg } from '../../../../lib/security/org.ts';

const DAY = 24;

export async function load(event: ServerLoadEvent) {
  const { orgPeople, traffic } = callOf(event).hub.centre;
  return await showOrg(event, async ({ org, actor }) => {
    const hours = await traffic.hoursOfOrg(actor, org.id);
    const day = hours.slice(-DAY);
    return {
      people: await orgPeople.count(actor, org.id),
      today: {
        doorRefusals: day.reduce((total, hour) => total + hour.doorRefusals, 0),
        secretUses: day.reduce((total, hour) => total + hour.secretUses, 0),
      },
      hours,
    };
  });
}
