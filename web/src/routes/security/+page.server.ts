// How the hub stands now: figures that each lead to what they count, and what happened by the hour.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../lib/call.ts';
import { durabilityOf } from '../../lib/security/durability.ts';
import { countDay } from '../../lib/security/hours.ts';
import { ownedBy } from '../../lib/security/org.ts';
import { orgBase } from '../../lib/security/places.ts';

const HOURS = 48;

export async function load(event: ServerLoadEvent) {
  const visit = requireVisit(event);
  const { actor } = visit;
  const owned = ownedBy(visit);
  // Who administers organisations alone has rooms of those alone.
  if (!visit.account.administrator && owned.length > 0)
    redirect(
      303,
      owned.length === 1 && owned[0] !== undefined ? orgBase(owned[0]) : '/security/organizations',
    );
  const { everybody, sessions, tokens, ledger, tally, mail, secrets } = callOf(event).hub.centre;
  return await show(event, async () => {
    const people = await everybody.count(actor);
    const counted = await tally.listHours(actor, HOURS);
    const { ordered, lagSeconds, checkpoint } = await ledger.standing(actor);
    return {
      people,
      sessions: await sessions.count(actor),
      tokens: await tokens.count(actor),
      kept: await mail.countKept(actor),
      vault: await secrets.standing(actor),
      durability: durabilityOf(await ledger.listLacks(actor)),
      notary: { ordered, lagSeconds, checkpoint: checkpoint && checkpointOf(checkpoint) },
      today: {
        signIns: countDay(counted, 'signIns'),
        refusals: countDay(counted, 'refusals'),
        doorRefusals: countDay(counted, 'doorRefusals'),
        secretUses: countDay(counted, 'secretUses'),
      },
      ...counted,
    };
  });
}

/** When a checkpoint was signed, as its note says. */
function checkpointOf({ size, note }: { readonly size: number; readonly note: string }) {
  const time = /^time (\S+)$/m.exec(note)?.[1];
  return { size, at: time === undefined ? undefined : new Date(time) };
}
