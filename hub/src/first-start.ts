// What a start has to do before it serves: record itself, and make the first administrator where there is none.
import { type HubStart } from '@holdfast/supervisor/settings';
import { type SystemActor } from '#modules/access';
import { record } from '#modules/ledger';
import { type Modules } from './modules.ts';

const STARTING: SystemActor = { kind: 'system', part: 'start' };

/** Returns whether the first administrator was made now. */
export async function firstStart(
  { db, identity }: Modules,
  { settings, secrets }: HubStart,
): Promise<boolean> {
  await db.transaction((tx) =>
    record(tx, {
      kind: 'instance.started',
      subject: `instance:${settings.instance}`,
      actor: 'system:start',
      credential: '',
      body: { version: settings.version, separation: settings.separation, access: settings.access },
      personal: { operator: settings.operator.name },
    }),
  );
  const { firstAdmin } = settings;
  if (firstAdmin === null || secrets.adminPassword === undefined) return false;
  const wish = { ...firstAdmin, administrator: true, password: secrets.adminPassword };
  if (await identity.hasNoAdministrator()) await identity.createUser(STARTING, wish);
  // A start that ended before it could show the password left an administrator whom nobody can be.
  else await identity.setPassword(STARTING, firstAdmin.name, secrets.adminPassword);
  return true;
}
