// What a start has to do before it serves: record itself, and make the first administrator where there is none.
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type HubStart } from '@holdfast/supervisor/settings';
import { type SystemActor } from '#modules/access';
import { endInvitations } from '#modules/identity';
import { LedgerReader, record } from '#modules/ledger';
import { endRefreshTokens } from '#modules/oauth';
import { endRecoveryCodes } from '#modules/sessions';
import { type Modules } from './modules.ts';

const STARTING: SystemActor = { kind: 'system', part: 'start' };

/** Returns whether the first administrator was made now. */
export async function firstStart(
  { db, clock, identity }: Modules,
  { settings, secrets }: HubStart,
): Promise<boolean> {
  await db.transaction((tx) =>
    record(tx, {
      kind: 'instance.started',
      subject: `instance:${settings.instance}`,
      actor: 'system:start',
      credential: '',
      body: {
        ...{ version: settings.version, separation: settings.separation, access: settings.access },
        // Another program or another configuration than at the start before is seen here (the operator's own acts).
        ...{ program: settings.program, configuration: digestConfiguration(settings) },
      },
      personal: { operator: settings.operator.name },
    }),
  );
  await recordLoss({ db, clock }, settings);
  const { firstAdmin } = settings;
  if (firstAdmin === null || secrets.adminPassword === undefined) return false;
  const wish = { ...firstAdmin, administrator: true, password: secrets.adminPassword };
  if ((await identity.hasNoAdministrator()) && (await makeAdministrator(identity, wish))) return true;
  // A start that ended before it could show the password left an administrator whom nobody can be. Only our own: a
  // second hub that is new to a database must not take its administrator's password away.
  const admin = await identity.findByName(firstAdmin.name);
  if (admin === undefined) return false;
  const [made] = await new LedgerReader(db).listOfSubject(`account:${admin.id}`);
  if (made?.writer !== settings.postgres.user) return false;
  await identity.setPassword(STARTING, firstAdmin.name, secrets.adminPassword);
  return true;
}

/** What the operator decided, as one digest. */
function digestConfiguration(settings: HubStart['settings']): string {
  const {
    publicUrl,
    access,
    spacesHost,
    trustedProxies,
    rateLimits,
    limits,
    xet,
    quota,
    keepDays,
    scrubRate,
    sendsMail,
    signUp,
    singleSignOn,
  } = settings;
  const { embedded, tls } = settings.postgres;
  const decided = {
    publicUrl,
    access,
    spacesHost,
    trustedProxies,
    rateLimits,
    limits,
    xet,
    quota,
    keepDays,
    scrubRate,
    sendsMail,
    signUp,
    singleSignOn,
  };
  return sha256(canonicalJson({ ...decided, postgres: { embedded, tls } }));
}

/**
 * What the database lacks of what was signed stays on record: that it does, and that somebody accepted it. Then what is used once ends
 * (refresh tokens of applications, invitations, recovery codes), before anybody is served.
 */
export async function recordLoss(
  { db, clock }: Pick<Modules, 'db' | 'clock'>,
  {
    instance,
    sealed,
    lost,
    operator,
  }: Pick<HubStart['settings'], 'instance' | 'sealed' | 'lost' | 'operator'>,
): Promise<void> {
  for (const [kind, missing] of [
    ['instance.sealed', sealed],
    ['instance.loss-accepted', lost],
  ] as const) {
    if (missing === null) continue;
    const { why, signed, found } = missing;
    const entry = { kind, subject: `instance:${instance}`, actor: 'system:start', credential: '' };
    await db.transaction(async (tx) => {
      const ended = missing === lost ? await endUsedOnce(tx, clock.now()) : undefined;
      const body = { why, signed, found, ...ended };
      await record(tx, { ...entry, body, personal: { operator: operator.name } });
    });
  }
}

// What may be used once, and may have been used since: who has it would use it again.
async function endUsedOnce(tx: Tx, at: Date): Promise<Readonly<Record<string, number>>> {
  return {
    refreshTokensEnded: await endRefreshTokens(tx, at),
    invitationsEnded: await endInvitations(tx, at),
    recoveryCodesEnded: await endRecoveryCodes(tx, at),
  };
}

/**
 * A file of removals that is not as it was left stays on record, and so does that somebody accepted it: before it is put aside, or a hub that
 * ended in between would never say so.
 */
export async function recordFlaw(
  { db, removals: { flaw } }: Pick<Modules, 'db' | 'removals'>,
  { instance, removals, operator }: HubStart['settings'],
): Promise<void> {
  if (flaw === undefined) return;
  const kind = removals.acceptLoss ? 'instance.loss-accepted' : 'instance.sealed';
  const entry = { kind, subject: `instance:${instance}`, actor: 'system:start', credential: '' };
  const body = { why: `removals-${flaw}` };
  await db.transaction((tx) => record(tx, { ...entry, body, personal: { operator: operator.name } }));
}

// False when another hub, started for the first time at the same instant, was first.
async function makeAdministrator(
  identity: Modules['identity'],
  wish: Parameters<Modules['identity']['createUser']>[1],
): Promise<boolean> {
  try {
    await identity.createUser(STARTING, wish);
    return true;
  } catch (error) {
    if (!isFault(error) || (await identity.hasNoAdministrator())) throw error;
    return false;
  }
}
