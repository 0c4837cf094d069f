// What the door of a Space let out and what came back by the hour: what its runs told since they started, each hour's own part of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, type Id } from '@holdfast/kernel/id';
import { record, TallyReader } from '../../../src/modules/ledger/index.ts';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { OPERATOR } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs, visitAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const HOUR = 3_600_000;

interface Told {
  readonly run: Id;
  /** When it said so, and when it began to speak with the host, in hours from the one that has begun. */
  readonly at: number;
  readonly first: number;
  readonly sent: Readonly<Record<string, number>>;
  /** From each host; of a door that was started before it was counted there is none. */
  readonly received?: number;
}

/** The middle of an hour, so that the next does not begin while the test looks. */
function momentOf(now: Date, hours: number): Date {
  return new Date(Math.floor(now.getTime() / HOUR) * HOUR + hours * HOUR + HOUR / 2);
}

async function tell({ hub }: ProgramHub, space: Id, told: readonly Told[]): Promise<void> {
  const now = hub.now();
  for (const { run, at, first, sent, received } of told) {
    const [began, said] = [momentOf(now, first).toISOString(), momentOf(now, at)];
    const hosts = Object.entries(sent).map(([host, sentBytes]) => ({
      ...{
        host,
        port: 443,
        connections: 1,
        sentBytes,
        receivedBytes: received,
        first: began,
        last: said.toISOString(),
      },
    }));
    const entry = { kind: 'space.contacted', subject: `repo:${space}`, actor: `run:${run}`, credential: '' };
    await hub.modules.db.transaction(
      async (tx) => await record(tx, { ...entry, body: { run, hosts, unanswered: 0 } }),
    );
    // The ledger says itself when an entry was made.
    await withPool(hub.database.superuser, async (pool) => {
      await pool.query('begin; set local session_replication_role = replica');
      await pool.query(
        `update ledger.entry set at = $1 where hash = (select hash from ledger.entry where kind = 'space.contacted'
           and subject = $2 order by at desc limit 1)`,
        [said, entry.subject],
      );
      await pool.query('commit');
    });
  }
}

void test('bytes are of the hour in which they left, and none is counted twice', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  await hub.modules.identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  const { actor } = await visitAs(hub, 'boss');
  await opened.begin();
  const other = (await hub.addRepo('ann/other', { type: 'space', sdk: 'gradio' })).id;
  const [young, old] = [newId(momentOf(hub.now(), -3)), newId(momentOf(hub.now(), -60))];
  // The newest first: of each the last that was recorded is moved to its time.
  await tell(opened, other, [{ run: newId(hub.now()), at: -2, first: -2, sent: { a: 7_000_000 } }]);
  await tell(opened, repo.id, [
    { run: young, at: -3, first: -3, sent: { 'a.org': 1_000, 'b.org': 50 }, received: 300 },
    { run: young, at: -2, first: -3, sent: { 'a.org': 5_000 }, received: 1_300 },
    { run: young, at: -1, first: -3, sent: { 'a.org': 6_000 }, received: 1_310 },
    // What this one had told before the hours that are shown is not known, and not shown.
    { run: old, at: -40, first: -60, sent: { 'a.org': 90_000 } },
    { run: old, at: -2, first: -60, sent: { 'a.org': 90_500 } },
    { run: old, at: -1, first: -60, sent: { 'a.org': 90_600 } },
  ]);
  const { hours } = await hub.modules.centre.traffic.get(actor, repo.id);
  const shown = hours.map(({ sentBytes }) => sentBytes);
  assert.deepEqual(shown.slice(-4, -1), [1_050, 4_500, 1_100]);
  assert.equal(
    shown.reduce((sum, one) => sum + one, 0),
    6_650,
  );
  // In the hours in which the old one told of something, what came is not known; in all others it is, also where nothing was told.
  const received = hours.map(({ receivedBytes }) => receivedBytes);
  assert.deepEqual(received.slice(-5, -1), [0, 600, undefined, undefined]);
  assert.equal(received.filter((one) => one === undefined).length, 3);
  const since = { at: momentOf(hub.now(), -47), cameAt: new Map([[repo.id, momentOf(hub.now(), -4)]]) };
  const own = [...(await new TallyReader(hub.modules.db).passedByHour(repo.id, since)).hours.values()];
  assert.deepEqual(
    own.toSorted((a, b) => a.sent - b.sent),
    [
      { sent: 1_000, received: 10 },
      { sent: 1_050, received: 600 },
      { sent: 4_000, received: 1_000 },
    ],
    'not of a run that began when it was of others',
  );
  await signInAs(hub, 'boss');
  const browser = new TestBrowser(hub);
  await browser.signIn('boss', PASSWORD);
  const page = await browser.open(`/security/doors/${repo.id}`, { 'accept-language': 'pt' });
  assert.match(page.body, /Enviado para fora pela porta, por hora[^]*?6,65\skB em 48 horas, 4,5\skB na/);
  assert.match(
    page.body,
    /Recebido de fora pela porta, por hora[^]*?600 bytes em 45 horas, 600 bytes na[^]*?De 3 horas não se sabe/,
  );
  const english = (await browser.open(`/security/doors/${repo.id}`, { 'accept-language': 'en' })).body;
  assert.match(english, /Received from outside[^]*?600 bytes in 45 hours[^]*?Of 3 hours it is not known/);
  assert.equal(english.match(/<td>not known<\/td>/g)?.length, 3);
});

/** As many entries of one run as are read at most, and one more: a minute apart, so that all are within the hours that are shown. */
async function tellMost({ hub }: ProgramHub, space: Id): Promise<Date> {
  const first = momentOf(hub.now(), -40);
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query('begin; set local session_replication_role = replica');
    await pool.query(
      `insert into ledger.entry select (jsonb_populate_record(null::ledger.entry, to_jsonb(e) || jsonb_build_object(
           'hash', encode(sha256(g::text::bytea), 'hex'), 'n', 1000000 + g, 'at', $2::timestamptz + g * interval '10 seconds'))).*
         from ledger.entry e, generate_series(0, 9999) g where e.kind = 'space.contacted' and e.subject = $1`,
      [`repo:${space}`, first],
    );
    await pool.query('commit');
  });
  return first;
}

void test('where more was told than is read, the page says from when on it draws', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  await hub.modules.identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  await opened.begin();
  await tell(opened, repo.id, [
    { run: newId(momentOf(hub.now(), -2)), at: -2, first: -2, sent: { 'a.org': 7 } },
  ]);
  const { actor } = await visitAs(hub, 'boss');
  const { traffic } = hub.modules.centre;
  assert.equal((await traffic.get(actor, repo.id)).back.sentBytes, undefined);
  await signInAs(hub, 'boss');
  const browser = new TestBrowser(hub);
  await browser.signIn('boss', PASSWORD);
  const open = async (language: string): Promise<string> =>
    (await browser.open(`/security/doors/${repo.id}`, { 'accept-language': language })).body;
  assert.doesNotMatch(await open('en'), /is not drawn/);
  const first = await tellMost(opened, repo.id);
  // All but the first one are read.
  const { back } = await traffic.get(actor, repo.id);
  assert.equal(back.sentBytes?.getTime(), first.getTime() + 10_000);
  assert.equal(back.doorRefusals, undefined);
  assert.match(await open('en'), /what was sent before \d+ \w+ \d{4}, \d\d:\d\d UTC is not drawn/);
  assert.match(await open('en'), /what was received before \d+ \w+ \d{4}, \d\d:\d\d UTC is not drawn/);
  assert.match(await open('pt'), /o que foi enviado antes de [^<]+ UTC não está desenhado/);
  assert.match(await open('pt'), /o que foi recebido antes de [^<]+ UTC não está desenhado/);
});
