// Start tickets: what the hub puts on record before a run may have secrets, and for which runs it does not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@holdfast/kernel/id';
import { LedgerReader } from '#modules/ledger';
import { StartedRunReader } from '../../../src/modules/spaces/started-run-store.ts';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { askSite } from '../../harness/site.ts';
import { untilTrue } from '../../harness/vault-doors.ts';

async function askTicket({ runner }: ProgramHub, asked: { space: string; commit: string; run?: string }) {
  const from = runner.heard.length;
  runner.say({ type: 'ticket-wanted', run: newId(new Date()), ...asked });
  return await runner.sent('ticket', from);
}

void test('a start is on the ledger, by its run and commit, before the runner hears of it', async () => {
  await using opened = await openProgramHub();
  const { space, commit, generation, secrets } = await opened.begin();
  assert.equal(secrets, false);
  const asked = newId(new Date());
  const { run, entry, why } = await askTicket(opened, { space, commit, run: asked });
  assert.deepEqual([run, why], [asked, null]);
  const kept = await new LedgerReader(opened.hub.modules.db).listOfSubject(`repo:${space}`);
  const started = kept.filter(({ kind }) => kind === 'run.started');
  assert.deepEqual(
    started.map(({ hash, body }) => ({ hash, body })),
    [{ hash: entry, body: JSON.stringify({ cause: 'change', commit, generation, run }) }],
  );
  assert.match(started[0]?.actor ?? '', /^user:/, 'whose push it was');
});

void test('a start is the act of whoever caused it, and the hub’s own where nobody did', async () => {
  await using opened = await openProgramHub();
  const { space, commit } = await opened.begin();
  const startedBy = async (): Promise<string> => {
    await askTicket(opened, { space, commit });
    const kept = await new LedgerReader(opened.hub.modules.db).listOfSubject(`repo:${space}`);
    return kept.filter(({ kind }) => kind === 'run.started').at(-1)?.actor ?? '';
  };
  assert.match(await startedBy(), /^user:/, 'a push');
  assert.equal(await startedBy(), 'system:spaces', 'a crash');
  const from = opened.runner.heard.length;
  await opened.ask('POST', '/restart');
  await opened.runner.sent('want', from);
  assert.match(await startedBy(), /^user:/, 'a restart');
  assert.equal(await startedBy(), 'system:spaces');
});

void test('the start of a Space that slept is the act of whoever came, and says that it was a visit', async () => {
  await using opened = await openProgramHub({ access: 'anonymous' });
  const { runner, hub, bearer } = opened;
  const want = await opened.begin();
  const { space, commit } = want;
  const startedBy = async () => {
    await askTicket(opened, { space, commit });
    const kept = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${space}`);
    const {
      actor = '',
      credential = '',
      body = '{}',
    } = kept.findLast(({ kind }) => kind === 'run.started') ?? {};
    return { actor, credential, cause: (JSON.parse(body) as { cause: string }).cause };
  };
  const visit = async (headers: Readonly<Record<string, string>>) =>
    await askSite(hub, { label: 'ann-demo', path: '/' }, headers);
  const wakenBy = async (...visitors: readonly Readonly<Record<string, string>>[]) => {
    runner.status(want, 'SLEEPING');
    await opened.becomes('SLEEPING');
    const from = runner.heard.length;
    const visits = [];
    for (const visitor of visitors) {
      visits.push(visit(visitor));
      await runner.sent('wake', from);
    }
    const started = await startedBy();
    await runner.serve(want, (_request, response) => response.end('awake'));
    await Promise.all(visits);
    return started;
  };
  await startedBy(); // the push
  const known = await wakenBy(bearer, {});
  assert.match(`${known.actor} ${known.credential} ${known.cause}`, /^user:\w+ token:\w+ visit$/);
  await delay(1_100); // it is said once in a second
  assert.deepEqual(await wakenBy({}), { actor: 'anonymous', credential: '', cause: 'visit' });
  assert.deepEqual(await startedBy(), { actor: 'system:spaces', credential: '', cause: 'again' }, 'a crash');
});

void test('a run is started once, also when it has ended', async () => {
  await using opened = await openProgramHub();
  const { runner } = opened;
  const { space, commit } = await opened.begin();
  const run = newId(new Date());
  assert.notEqual((await askTicket(opened, { space, commit, run })).entry, null);
  const again = async () => await askTicket(opened, { space, commit, run });
  const { entry, proof, why } = await again();
  assert.deepEqual([entry, proof, why], [null, null, 'this run was started before']);
  const found = async () => await new StartedRunReader(opened.hub.modules.db).find(run);
  await untilTrue('what was refused a ticket does not live', async () => (await found())?.ended === true);
  runner.say({ type: 'ended', space, run, why: 'over' });
  assert.equal((await again()).why, 'this run was started before');
});

void test('another commit, a Space that is paused, another one and too many starts get no ticket', async () => {
  await using opened = await openProgramHub();
  const { space, commit } = await opened.begin();
  const other = await askTicket(opened, { space, commit: 'e'.repeat(40) });
  assert.deepEqual([other.entry, other.why], [null, 'this commit is not wanted']);
  const unknown = await askTicket(opened, { space: '1'.repeat(24), commit });
  assert.deepEqual([unknown.entry, unknown.why], [null, 'this commit is not wanted']);
  // They are counted by the minute of the clock, of which a new one may begin meanwhile.
  let many = await askTicket(opened, { space, commit });
  for (let n = 0; n < 40 && many.entry !== null; n += 1) many = await askTicket(opened, { space, commit });
  assert.deepEqual([many.entry, many.why?.slice(0, 25)], [null, 'it was started too often;']);
  await opened.ask('POST', '/pause');
  await opened.runner.sent('drop');
  await delay(50);
  assert.equal((await askTicket(opened, { space, commit })).entry, null);
});
