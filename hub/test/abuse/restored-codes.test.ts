// An old state of the database put back, in which what is good once was not used yet: a recovery code and a link of an invitation that
// somebody saw must not be good once more because somebody restored it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { recordLoss } from '../../src/first-start.ts';
import { type Visit } from '../../src/modules/sessions/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { codeOf } from '../harness/second-factor.ts';
import { BROWSER, PASSWORD, signInAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const START = { instance: '0123456789abcdef01234567', operator: { name: 'root', uid: 0 } };
const MISSING = { why: 'behind', signed: 9, found: 5 } as const;

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (isFault(error) ? error.code : Promise.reject(error)),
  );
}

/** Sets up a second factor; gives its recovery codes, and the session in which it was. */
async function addFactor(hub: ServedHub): Promise<{ readonly visit: Visit; readonly codes: string[] }> {
  const { sessions, secondFactors } = hub.modules;
  const visit = await sessions.find((await signInAs(hub, 'alice')).value.reveal('to set it up'));
  assert.ok(visit);
  const { actor, account } = visit;
  const { key } = await secondFactors.begin(actor, account.id, { user: 'alice', host: 'hub' });
  return { visit, codes: await secondFactors.confirm(actor, account.id, codeOf(key, hub.now())) };
}

async function signInWith(hub: ServedHub, code: string): Promise<string> {
  const { signIn } = hub.modules;
  const outcome = await signIn.withPassword({ name: 'alice', password: PASSWORD }, BROWSER);
  assert.equal(outcome.kind, 'half');
  return await outcomeOf(signIn.withCode(outcome.kind === 'half' ? outcome.half : '', code, BROWSER));
}

/** Has nothing of what is good once be used, as a backup from before has it. */
async function putBack(hub: ServedHub): Promise<void> {
  await using behind = openSuperuserPool(hub.database);
  const client = await behind.pool.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const table of ['sessions.recovery_code', 'identity.invitation'])
      await client.query(`update ${table} set used_at = null`);
  } finally {
    client.release(true);
  }
}

void test('what is good once and was used after a backup is good for nothing once its loss is accepted', async () => {
  await using hub = await openServedHub({ vault: true });
  const { invitations } = hub.modules;
  const { visit, codes } = await addFactor(hub);
  const [seen = '', unused = ''] = codes;
  const { text } = await invitations.invite(OPERATOR, { email: 'bob@example.org' });
  const link = text.reveal('the test follows it');
  const accept = async (name: string): Promise<string> =>
    await outcomeOf(invitations.accept(link, { name, password: PASSWORD }));
  assert.equal(await signInWith(hub, seen), 'done');
  assert.equal(await accept('bob'), 'done');
  await putBack(hub);
  await recordLoss(hub.modules, { ...START, sealed: MISSING, lost: null });
  await recordLoss(hub.modules, { ...START, sealed: null, lost: MISSING });
  assert.equal(await accept('mallory'), 'invitation.missing');
  for (const code of [seen, unused]) assert.equal(await signInWith(hub, code), 'second-factor.code-wrong');
  await using behind = openSuperuserPool(hub.database);
  const { rows } = await behind.pool.query<{ body: string }>(
    `select body::text as body from ledger.entry where kind = 'instance.loss-accepted'`,
  );
  const { invitationsEnded, recoveryCodesEnded } = JSON.parse(rows[0]?.body ?? '{}') as Record<
    string,
    number
  >;
  assert.deepEqual([invitationsEnded, recoveryCodesEnded], [1, 10]);
  // People make new ones, and are invited anew.
  const [fresh = ''] = await hub.modules.secondFactors.renewCodes(visit.actor, visit.account.id);
  assert.equal(await signInWith(hub, fresh), 'done');
});
